import type { Policy } from '../../domain/policy/policy';
import { letPass } from '../../domain/ticket/decide';
import type { Ticket } from '../../domain/ticket/ticket';
import type { DueTickets } from '../deadlines/deadline-engine';
import type { Policies } from '../ports/policies';
import { isServerFault } from '../ports/store-errors';
import type { StoredTicket } from '../ports/stored-ticket';
import {
  type DeadlineFault,
  DUE_BATCH,
  type SetAside,
  type TakenTicket,
  type TicketRecord,
  type TicketStore,
  type TicketTransaction,
} from '../ports/ticket-store';
import { recordingTime, type TouchedTicket, ticketRecordOf } from './decide-changes';
import { matchesLog } from './matches-log';
import { isPolicyNotLoaded, withPinnedPolicies } from './with-pinned-policies';

export interface RecordDueDeps {
  readonly store: TicketStore;
  readonly policies: Policies;
  /** Called for each ticket that is set aside. */
  readonly onSetAside: (fault: SetAside) => void;
}

/**
 * The attempts for a part of a failed batch. Fewer than for a batch, because there are many parts.
 */
const ATTEMPTS_OF_A_PART = 2;

/**
 * Records what fell due, one batch of tickets per transaction. Other processes skip locked tickets,
 * so nothing is recorded twice. If a process dies, its batch is due as before. A ticket that cannot
 * be decided or saved is set aside and does not affect the others.
 */
export function createDueTickets(deps: RecordDueDeps): DueTickets {
  const { store } = deps;

  /** Halves a batch that fails as a whole until the ticket that is the cause is found. */
  const recordByHalves = async (ids: readonly string[]): Promise<readonly DeadlineFault[]> => {
    try {
      await recordBatch(deps, ids, ATTEMPTS_OF_A_PART);
      return [];
    } catch (error) {
      if (!store.isRejection(error)) throw error;
      const [ticketId] = ids;
      if (ids.length === 1 && ticketId !== undefined) return [{ ticketId, error }];
      const middle = Math.ceil(ids.length / 2);
      const first = await recordByHalves(ids.slice(0, middle));
      return [...first, ...(await recordByHalves(ids.slice(middle)))];
    }
  };

  return {
    next: () => store.nextDeadline(),
    record: async () => {
      try {
        const taken = await recordBatch(deps, null);
        return { taken, isFull: taken === DUE_BATCH };
      } catch (error) {
        if (!store.isRejection(error)) throw error;
      }
      const ids = await store.findDue();
      const faults = await recordByHalves(ids);
      // If the server rejects every one of several tickets, no ticket is the cause.
      const isOfServer = ids.length > 1 && faults.length === ids.length;
      if (isOfServer && faults.every(({ error }) => isServerFault(error))) throw faults[0]?.error;
      for (const aside of await store.setAside(faults)) deps.onSetAside(aside);
      return { taken: ids.length, isFull: ids.length === DUE_BATCH };
    },
  };
}

const OF_ALL_CLIENTS = { sees: 'ALL', callers: [] } as const;

/** Takes a batch and records what fell due; returns the number of tickets taken. */
async function recordBatch(deps: RecordDueDeps, ids: readonly string[] | null, attempts?: number): Promise<number> {
  const { taken, aside } = await withPinnedPolicies(deps, (policyOf) =>
    deps.store.transact((tx) => recordInTransaction(tx, ids, policyOf), {
      ...OF_ALL_CLIENTS,
      ...(attempts === undefined ? {} : { attempts }),
    }),
  );
  for (const fault of aside) deps.onSetAside(fault);
  return taken;
}

async function recordInTransaction(
  tx: TicketTransaction,
  ids: readonly string[] | null,
  policyOf: (ticket: Ticket) => Policy,
): Promise<{ readonly taken: number; readonly aside: readonly SetAside[] }> {
  const taken = await tx.takeDue(ids);
  const faults: DeadlineFault[] = [];
  /** Maps the tickets; an error becomes the fault of its ticket. */
  const each = <T, Made>(list: readonly T[], idOf: (one: T) => string, make: (one: T) => Made): Made[] =>
    list.flatMap((one) => {
      try {
        return [make(one)];
      } catch (error) {
        if (isPolicyNotLoaded(error)) throw error;
        faults.push({ ticketId: idOf(one), error });
        return [];
      }
    });
  const passed = each(
    taken,
    ({ ticket }) => ticket.id,
    (one) => passTime(one, policyOf),
  );
  const logged = await ticketsOfLogs(
    tx,
    passed.filter((one) => !one.matchesNextDeadline),
  );
  // Read after deciding: until now, the tickets were shown without these events.
  const now = passed.length === 0 ? 0 : await tx.now();
  const changed = each(
    passed,
    ({ ticket }) => ticket.id,
    (one): TicketRecord => {
      const { matchesNextDeadline, stored } = one;
      if (!matchesNextDeadline && !matchesLog(stored, logged.get(stored.id)?.() ?? null)) throw new Error(ROW_DIFFERS);
      return ticketRecordOf(one, recordingTime(stored, now));
    },
  );
  await tx.save({ opened: [], changed, answers: [], now });
  return { taken: taken.length, aside: await tx.setAside(faults) };
}

const ROW_DIFFERS = 'The row of the ticket differs from its log';

/** A ticket after time has passed. If nothing fell due, only its clocks are computed again. */
interface PassedTicket extends TouchedTicket {
  readonly stored: StoredTicket;
  /**
   * Whether the first recorded deadline is the next deadline of the row. If not, the row may be
   * damaged.
   */
  readonly matchesNextDeadline: boolean;
}

function passTime({ ticket: stored, dueAt, takenAt }: TakenTicket, policyOf: (ticket: Ticket) => Policy): PassedTicket {
  // The first event of a ticket has the number 1.
  if (stored.version < 1) throw new Error(ROW_DIFFERS);
  const policy = policyOf(stored);
  const { ticket, events } = letPass(stored, takenAt, policy);
  return { ticket, stored, policy, events, matchesNextDeadline: events[0]?.at === Math.round(dueAt) };
}

/** For each ticket, a function that folds its log. It throws only for that ticket. */
async function ticketsOfLogs(
  tx: TicketTransaction,
  passed: readonly PassedTicket[],
): Promise<ReadonlyMap<string, () => StoredTicket | null>> {
  const folds = await tx.fromLog(passed.map(({ stored }) => stored));
  return new Map(passed.map(({ stored }, index) => [stored.id, folds[index] ?? (() => null)]));
}
