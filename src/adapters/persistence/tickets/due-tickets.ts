import type { Pool } from 'pg';
import type { DueTickets } from '../../../application/deadlines/deadline-engine';
import { knownPolicy, pinnedPolicy } from '../../../application/policies/pinned-policy';
import type { Policies } from '../../../application/ports/policies';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import { matchesLog } from '../../../application/tickets/matches-log';
import type { EpochMs } from '../../../domain/instant';
import type { Policy } from '../../../domain/policy/policy';
import { letPass } from '../../../domain/ticket/decide';
import type { Ticket } from '../../../domain/ticket/ticket';
import type { TicketEvent } from '../../../domain/ticket/ticket-events';
import { isConnectionLost, isDataError, isServerError, sqlStateOf } from '../database/database-errors';
import { readRows, rowsOf, type Statement } from '../database/sql';
import { type Transaction, transact } from '../database/transact';
import { PolicyNotLoaded } from './change-transaction';
import { type DeadlineFault, NOT_SET_ASIDE, type SetAside, setAside } from './deadline-faults';
import { rowsOfTicket, type TicketRows, writeChanges } from './save-tickets';
import { foldsAtVersions } from './ticket-history';
import { type SelectedTicket, TICKET_COLUMNS, ticketOf } from './ticket-row';
import type { Commit } from './ticket-store';

export interface DueTicketsDeps {
  readonly pool: Pool;
  readonly policies: Policies;
  /** Called after each commit that recorded events. */
  readonly onCommitted: (commit: Commit) => void;
  /** EventWithTicket of each ticket that is set aside. */
  readonly onSetAside: (fault: SetAside) => void;
  /** The present instant, as an expression of SQL in whole milliseconds; the database's clock unless told. */
  readonly now?: string;
}

const BATCH = 1_000;

/**
 * The tickets of the database that are due, found by `next_deadline_at`. A batch is one transaction, whose locks others
 * skip, so that no two processes record the same; what one leaves undone when it dies is due as before.
 */
export function createDueTickets(deps: DueTicketsDeps): DueTickets {
  const statements = dueStatements(deps.now ?? DATABASE_NOW);
  const take = (statement: Statement, attempts?: number) => recordTaken(deps, statements.clock, statement, attempts);

  /** One of these tickets makes the statement fail that writes or reads them all: halved until it stands alone. */
  const recordByHalves = async (ids: readonly string[]): Promise<readonly DeadlineFault[]> => {
    try {
      await take({ ...statements.takeSome, values: [ids] }, TRIES_OF_A_PART);
      return [];
    } catch (error) {
      if (!isDataError(error)) throw error;
      const [ticketId] = ids;
      if (ids.length === 1 && ticketId !== undefined) return [{ ticketId, error }];
      const middle = Math.ceil(ids.length / 2);
      const first = await recordByHalves(ids.slice(0, middle));
      return [...first, ...(await recordByHalves(ids.slice(middle)))];
    }
  };

  return {
    next: async () => {
      const [row] = await readRows<{ now: EpochMs; next: number | null }>(deps.pool, statements.next);
      if (row === undefined) throw new Error('The database did not tell the time');
      return row;
    },
    record: async () => {
      try {
        const taken = await take(statements.take);
        return { taken, isFull: taken === BATCH };
      } catch (error) {
        if (!isDataError(error)) throw error;
      }
      const rows = await readRows<{ id: string }>(deps.pool, statements.find);
      const faults = await recordByHalves(rows.map(({ id }) => id));
      if (isOfAll(rows.length, faults)) throw faults[0]?.error;
      const aside = await setAside(deps.pool, statements.clock, faults);
      for (const fault of aside) deps.onSetAside(fault);
      return { taken: rows.length, isFull: rows.length === BATCH };
    },
  };
}

/** A conflict is tried again with a part as well, but not for as long as with the whole: there are many parts. */
const TRIES_OF_A_PART = 2;

/** That a table, a right or room is missing is no ticket's fault where none of several can do without. */
const isOfAll = (tickets: number, faults: readonly DeadlineFault[]): boolean =>
  tickets > 1 && faults.length === tickets && faults.every(({ error }) => isServerError(error));

const DATABASE_NOW = `date_trunc('milliseconds', clock_timestamp())`;

/** The statements on what is due; told apart from the present instant's definition, so that they can be explained. */
export function dueStatements(now: string = DATABASE_NOW) {
  // Asked once: an instant that may change from row to row could not be looked up in an index.
  const clock = `clock AS MATERIALIZED (SELECT ${now} AS now)`;
  const due = `t.next_deadline_at < (SELECT now FROM clock) AND ${NOT_SET_ASIDE}`;
  const inOrder = `ORDER BY t.next_deadline_at, t.id LIMIT ${BATCH}`;
  // In milliseconds since 1970, for it may be infinite.
  const dueAt = 'extract(epoch FROM t.next_deadline_at)::float8 * 1000 AS due_at';
  const taken = `${TICKET_COLUMNS}, ${dueAt}, (SELECT now FROM clock) AS taken_at`;
  const lock = 'FOR NO KEY UPDATE OF t SKIP LOCKED';
  return {
    clock,
    take: { name: 'take-due', text: `WITH ${clock} SELECT ${taken} FROM tickets t WHERE ${due} ${inOrder} ${lock}` },
    takeSome: {
      name: 'take-some-due',
      text: `WITH ${clock} SELECT ${taken} FROM tickets t WHERE t.id = ANY ($1::uuid[]) AND ${due} ${lock}`,
    },
    find: { name: 'find-due', text: `WITH ${clock} SELECT t.id FROM tickets t WHERE ${due} ${inOrder}` },
    // A ticket that is set aside comes up when it is tried again; until then it is passed over, at the head of the index.
    next: {
      name: 'next-deadline',
      text: `WITH ${clock}, upcoming AS (
               (SELECT t.next_deadline_at AS at FROM tickets t
                 WHERE t.next_deadline_at IS NOT NULL AND NOT EXISTS (
                       SELECT FROM deadline_faults f WHERE f.ticket_id = t.id AND f.retry_at >= t.next_deadline_at)
                 ORDER BY t.next_deadline_at, t.id LIMIT 1)
                UNION ALL
               (SELECT f.retry_at FROM deadline_faults f
                 WHERE EXISTS (SELECT FROM tickets t WHERE t.id = f.ticket_id AND t.next_deadline_at <= f.retry_at)
                 ORDER BY f.retry_at LIMIT 1)
             )
             SELECT (SELECT now FROM clock) AS now, extract(epoch FROM min(at))::float8 * 1000 AS next FROM upcoming`,
    },
  } satisfies Record<string, Statement | string>;
}

type TakenRow = SelectedTicket & {
  /** When its row says that something falls due. */
  readonly due_at: number;
  readonly taken_at: EpochMs;
};

/** Takes tickets by a statement and lets time pass for them; gives how many were taken. */
async function recordTaken(
  deps: DueTicketsDeps,
  clock: string,
  statement: Statement,
  attempts?: number,
): Promise<number> {
  const unloadable = new Map<string, unknown>();
  for (;;) {
    try {
      const { taken, commit, aside } = await transact(
        deps.pool,
        (tx) => recordIn(tx, clock, statement, (ticket) => policyIn(deps.policies, unloadable, ticket)),
        attempts === undefined ? {} : { attempts },
      );
      if (commit !== null) deps.onCommitted(commit);
      for (const fault of aside) deps.onSetAside(fault);
      return taken;
    } catch (error) {
      if (!(error instanceof PolicyNotLoaded)) throw error;
      try {
        // Not within the transaction: whoever holds one connection and waits for another may wait for himself.
        await pinnedPolicy(deps.policies, error.ticket);
      } catch (fault) {
        if (isConnectionLost(fault) || sqlStateOf(fault) !== null) throw fault;
        unloadable.set(policyName(error.ticket), fault);
      }
    }
  }
}

const policyName = ({ policyId, policyVersion }: Ticket): string => `${policyId}/${policyVersion}`;

function policyIn(policies: Policies, unloadable: ReadonlyMap<string, unknown>, ticket: Ticket): Policy {
  const policy = knownPolicy(policies, ticket);
  if (policy !== null) return policy;
  if (unloadable.has(policyName(ticket))) throw unloadable.get(policyName(ticket));
  throw new PolicyNotLoaded(ticket);
}

async function recordIn(
  tx: Transaction,
  clock: string,
  statement: Statement,
  policyOf: (ticket: Ticket) => Policy,
): Promise<{ readonly taken: number; readonly commit: Commit | null; readonly aside: readonly SetAside[] }> {
  const rows = await rowsOf<TakenRow>(tx, statement);
  const faults: DeadlineFault[] = [];
  /** What can be made of each; what cannot is a fault of its ticket. */
  const each = <T extends { readonly id: string }, Made>(list: readonly T[], make: (one: T) => Made): Made[] =>
    list.flatMap((one) => {
      try {
        return [make(one)];
      } catch (error) {
        if (error instanceof PolicyNotLoaded) throw error;
        faults.push({ ticketId: one.id, error });
        return [];
      }
    });
  const passed = each(rows, (row) => passTime(row, policyOf));
  const logged = await loggedAs(
    tx,
    passed.filter((one) => !one.matchesNextDeadline),
  );
  // Deciding took a moment, in which the tickets were shown without this: it is recorded as late as can be.
  const now = passed.length === 0 ? 0 : await present(tx, clock);
  const changed = each(passed, ({ id, matchesNextDeadline, ...written }): TicketRows => {
    if (!matchesNextDeadline && !matchesLog(written.stored, logged.get(id)?.() ?? null)) {
      throw new Error('The row of the ticket is not what its log says');
    }
    // Who wrote the ticket last may have had a clock that is ahead of the database's.
    return rowsOfTicket(written, Math.max(now, written.stored.updatedAt));
  });
  const commit = changed.length === 0 ? null : await writeChanges(tx, { changed, opened: [], answers: [], now });
  const isRecorded = changed.some(({ events }) => events.length > 0);
  return { taken: rows.length, commit: isRecorded ? commit : null, aside: await setAside(tx, clock, faults) };
}

async function present(tx: Transaction, clock: string): Promise<EpochMs> {
  const [row] = await rowsOf<{ now: EpochMs }>(tx, { name: 'present', text: `WITH ${clock} SELECT now FROM clock` });
  if (row === undefined) throw new Error('The database did not tell the time');
  return row.now;
}

/** What time has done to a ticket; where nothing fell due, its row only tells anew what falls due next. */
interface Passed {
  readonly id: string;
  readonly stored: StoredTicket;
  readonly ticket: Ticket;
  readonly policy: Policy;
  readonly events: TicketEvent[];
  /** Else something is wrong with the ticket as it is stored, or only with the instant beside it. */
  readonly matchesNextDeadline: boolean;
}

function passTime(row: TakenRow, policyOf: (ticket: Ticket) => Policy): Passed {
  const stored = ticketOf(row);
  // Its events would be numbered before the first.
  if (stored.version < 1) throw new Error('The row of the ticket is not what its log says');
  const policy = policyOf(stored);
  const { ticket, events } = letPass(stored, row.taken_at, policy);
  const matchesNextDeadline = events[0]?.at === Math.round(row.due_at);
  return { id: row.id, stored, ticket, policy, events: [...events], matchesNextDeadline };
}

/** For each ticket, a function that folds its log: a log that cannot be read is the fault of its ticket alone. */
async function loggedAs(
  tx: Transaction,
  passed: readonly Passed[],
): Promise<ReadonlyMap<string, () => StoredTicket | null>> {
  const wanted = passed.map(({ id, stored: { version } }) => ({ id, version }));
  const folds = await foldsAtVersions(tx, wanted);
  return new Map(wanted.map(({ id }, index) => [id, folds[index] ?? (() => null)]));
}
