import { knownPolicy } from '../../../application/policies/pinned-policy';
import type { Change, Changed } from '../../../application/tickets/change-tickets';
import type { Policy } from '../../../domain/policy/policy';
import type { Ticket } from '../../../domain/ticket/ticket';
import type { Transaction } from '../database/transact';
import { ChangeSet, type Decided, ID_TAKEN, notFound, type Outcome, refusedAs } from './change-set';
import { type Claim, claimKeys, forgetKeys, keyReused, replayed } from './idempotency-keys';
import { findReferences, lockTickets } from './load-for-change';
import { type Answer, insertTickets, rowsOfTicket, writeChanges } from './save-tickets';
import type { ChangeTicketsDeps, Commit, Outcomes } from './ticket-store';

/** A ticket's policy is not in memory; the transaction is to be tried again once it is. */
export class PolicyNotLoaded extends Error {
  override readonly name = 'PolicyNotLoaded';
  constructor(readonly ticket: Ticket) {
    super(`The policy of ticket ${ticket.id} is not loaded`);
  }
}

/** Claims keys, locks, decides and writes a set of changes; the transaction around it is the caller's. */
export async function changeInTransaction(
  tx: Transaction,
  store: ChangeTicketsDeps,
  changes: readonly Change[],
  newPolicyOf: (clientId: string) => Policy,
): Promise<{ readonly outcomes: Outcomes; readonly commit: Commit | null }> {
  const claims = await claimKeys(tx, changes, store.clock.now());
  const isOpen = (claim: Claim | undefined): boolean => claim === 'NEW' || claim === 'NO_KEY';
  const open = changes.filter((_, index) => isOpen(claims[index]));
  const tickets = await lockTickets(tx, open);
  const references = await findReferences(tx, open);
  // Read after the locks, which may have taken a while: what is recorded now happened after what they waited for.
  const now = store.clock.now();
  const set = new ChangeSet({ now, tickets, ...references, newPolicyOf, policyOf: policyIn(store) });

  const decided = changes.map((change, index) => (isOpen(claims[index]) ? set.apply(change) : null));
  for (const outcome of decided) {
    if (outcome !== null && 'fault' in outcome && outcome.fault instanceof PolicyNotLoaded) throw outcome.fault;
  }
  const written = set.written.map((each) => ({ isNew: each.stored === null, rows: rowsOfTicket(each, now) }));
  const submitted = written.filter(({ isNew }) => isNew).map(({ rows }) => rows);
  const numbers = await insertTickets(tx, submitted);
  const outcomes =
    numbers.size === submitted.length
      ? decided
      : decided.map((it, at) => unlessLost(it, changes[at], numbers, tickets));

  const opened = submitted.filter(({ id }) => numbers.has(id));
  const changed = written.filter(({ isNew }) => !isNew).map(({ rows }) => rows);
  const { answers, faulty } = keyed(changes, claims, outcomes);
  await forgetKeys(tx, faulty);
  const isRecording = opened.length + changed.length > 0;
  const commit = isRecording || answers.length > 0 ? await writeChanges(tx, { changed, opened, answers, now }) : null;

  const finish = (outcome: Decided): Changed => {
    const { ticket, refused, refusals, isRecorded } = outcome;
    if (ticket === null) return { ticket, refused, refusals, replayed: false };
    const stored = tickets.get(ticket.id);
    const number = stored?.number ?? numbers.get(ticket.id) ?? 0;
    const updatedAt = isRecorded ? now : (stored?.updatedAt ?? now);
    const after = { ...ticket, number, createdAt: stored?.createdAt ?? now, updatedAt };
    return { ticket: after, refused, refusals, replayed: false };
  };
  return {
    outcomes: await answersInOrder(tx, changes, claims, outcomes, finish),
    commit: isRecording ? commit : null,
  };
}

const policyIn =
  ({ policies }: ChangeTicketsDeps) =>
  (ticket: Ticket): Policy => {
    const policy = knownPolicy(policies, ticket);
    if (policy === null) throw new PolicyNotLoaded(ticket);
    return policy;
  };

/** What becomes of a change whose new ticket was not inserted, because another transaction had taken its name. */
function unlessLost(
  outcome: Outcome | null,
  change: Change | undefined,
  numbers: ReadonlyMap<string, number>,
  tickets: ReadonlyMap<string, unknown>,
): Outcome | null {
  if (outcome === null || change === undefined || 'fault' in outcome || outcome.ticket === null) return outcome;
  const { id } = outcome.ticket;
  if (numbers.has(id) || tickets.has(id)) return outcome;
  if (change.submit === null) return refusedAs(notFound('Ticket', id));
  const { externalId } = change.submit.input;
  return refusedAs(externalId === null ? ID_TAKEN : { code: 'DuplicateExternalId', externalId });
}

/** The answers to keep; and the changes that met a fault, whose keys are free again. */
function keyed(changes: readonly Change[], claims: readonly Claim[], outcomes: readonly (Outcome | null)[]) {
  const answers: Answer[] = [];
  const faulty: Change[] = [];
  for (const [index, change] of changes.entries()) {
    const outcome = outcomes[index];
    if (claims[index] !== 'NEW' || outcome === null || outcome === undefined) continue;
    if ('fault' in outcome) faulty.push(change);
    else answers.push({ change, outcome });
  }
  return { answers, faulty };
}

async function answersInOrder(
  tx: Transaction,
  changes: readonly Change[],
  claims: readonly Claim[],
  outcomes: readonly (Outcome | null)[],
  finish: (outcome: Decided) => Changed,
): Promise<Outcomes> {
  const again = await replayed(
    tx,
    changes.flatMap((change, index) => {
      const claim = claims[index];
      return typeof claim === 'object' && 'answered' in claim ? [{ change, answered: claim.answered }] : [];
    }),
  );
  const replays = again.values();
  const settled: PromiseSettledResult<Changed>[] = [];
  for (const [index, change] of changes.entries()) {
    const claim = claims[index];
    const outcome = outcomes[index];
    if (typeof claim === 'object' && 'sameAs' in claim) {
      settled.push(repeated(change, changes[claim.sameAs], settled[claim.sameAs]));
    } else if (outcome === null || outcome === undefined) {
      const value = replays.next().value;
      if (value !== undefined) settled.push({ status: 'fulfilled', value });
    } else if ('fault' in outcome) {
      settled.push({ status: 'rejected', reason: outcome.fault });
    } else {
      settled.push({ status: 'fulfilled', value: finish(outcome) });
    }
  }
  return settled;
}

/** The answer to a change whose key stands on an earlier one of the same set. */
function repeated(
  change: Change,
  first: Change | undefined,
  answer: PromiseSettledResult<Changed> | undefined,
): PromiseSettledResult<Changed> {
  if (answer === undefined) throw new Error('A repeated key stands before its first use');
  const isSame = first?.idempotency?.fingerprint === change.idempotency?.fingerprint;
  if (!isSame) return { status: 'fulfilled', value: keyReused(change) };
  return answer.status === 'rejected' ? answer : { ...answer, value: { ...answer.value, replayed: true } };
}
