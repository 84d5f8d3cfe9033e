import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, Changed } from '../../../application/tickets/change-tickets';
import { CommitUnknownError, isConflict, isConnectionLost, violatedConstraint } from '../database/database-errors';
import { isUuid } from '../database/sql';
import { ChangeSet } from './change-set';
import { rowsOfTicket, type TicketRows, type WrittenTicket } from './save-tickets';
import { submitOne } from './submit-one';
import { ticketsAtVersions } from './ticket-history';
import type { ChangeTicketsDeps } from './ticket-store';

const ATTEMPTS = 6;

/**
 * Carries out a submission that refers to nothing but its client, in one statement, whose constraints say whether the
 * client exists and whether id, external id and key are free.
 *
 * @returns null where the statement cannot do it, or a constraint refused it: nothing is saved, and the way by a
 * transaction finds out why.
 */
export async function submitFast(store: ChangeTicketsDeps, change: Change): Promise<Changed | null> {
  const { submit, ticketId } = change;
  if (submit === null || submit.input.followUpOf !== null) return null;
  if (change.steps.length > 0 || change.expectedVersion !== null) return null;
  const { clientId } = submit.input;
  if (!isUuid(ticketId) || !isUuid(clientId)) return null;

  const current = await store.policies.current(clientId);
  const now = store.clock.now();
  const set = new ChangeSet({
    now,
    tickets: new Map(),
    clients: new Set([clientId]),
    followed: new Map(),
    taken: new Set(),
    newPolicyOf: () => current,
    policyOf: () => current,
  });
  const outcome = set.apply(change);
  if ('fault' in outcome) throw outcome.fault;
  const { ticket, refused, refusals } = outcome;
  const [written] = set.written;
  if (ticket === null || written === undefined) {
    // A refusal is kept with its key, and whoever used the key before goes first.
    return change.idempotency === null ? { ticket: null, refused, refusals, replayed: false } : null;
  }
  const answer = change.idempotency === null ? null : { change, outcome };
  const rows = rowsOfTicket(written, now);
  const number = await save(store, written, rows, () => submitOne(store.pool, rows, answer, now));
  if (number === null) return null;
  return { ticket: { ...ticket, number, createdAt: now, updatedAt: now }, refused, refusals, replayed: false };
}

/** The new ticket's number; null where a constraint refused it. */
async function save(
  store: ChangeTicketsDeps,
  { ticket }: WrittenTicket,
  { nextDeadlineAt }: TicketRows,
  write: () => ReturnType<typeof submitOne>,
): Promise<number | null> {
  let isLost = false;
  for (let attempt = 1; ; attempt++) {
    try {
      const { number, xid } = await write();
      store.onCommitted({ xid, nextDeadlineAt });
      return number;
    } catch (error) {
      if (violatedConstraint(error) !== null) {
        // The id is this request's own: where it is taken, the statement whose answer was lost has been carried out.
        return isLost && violatedConstraint(error) === 'tickets_pkey' ? await numberOf(store, ticket) : null;
      }
      isLost ||= isConnectionLost(error);
      if (!isConnectionLost(error) && !isConflict(error)) throw error;
      if (attempt === ATTEMPTS) throw isLost ? new CommitUnknownError(error) : error;
      await sleep(50 * 2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}

async function numberOf(store: ChangeTicketsDeps, { id, version }: WrittenTicket['ticket']): Promise<number | null> {
  const [stored] = await ticketsAtVersions(store.pool, [{ id, version }]);
  return stored?.number ?? null;
}
