import type { Policy } from '../../domain/policy/policy';
import { isUuid } from '../../domain/text';
import type { Ticket } from '../../domain/ticket/ticket';
import type { Clock } from '../ports/clock';
import { actorKey } from '../ports/idempotency';
import type { Policies } from '../ports/policies';
import { endsAllWork, isServerFault } from '../ports/store-errors';
import type { StoredTicket } from '../ports/stored-ticket';
import type { References, TicketStore, TicketTransaction, TransactionOptions } from '../ports/ticket-store';
import { seenByAny, sees } from '../visibility';
import { type Change, type Changed, type ChangeTickets, SomeChangesFailed } from './change';
import {
  type ChangeRequest,
  decideChanges,
  type KnownFacts,
  recordingTime,
  refuseContradiction,
  refuseReferences,
  refuseUnstorable,
  ticketRecordOf,
} from './decide-changes';
import { answerInOrder, answersToKeep, claimKeysOf, keyAnswerOf, mayDecide } from './key-claims';
import { keysOf, Turns } from './turns';
import { withPinnedPolicies } from './with-pinned-policies';

export interface ChangeTicketsDeps {
  readonly store: TicketStore;
  readonly clock: Clock;
  readonly policies: Policies;
}

type Settled = readonly PromiseSettledResult<Changed>[];

export function createChangeTickets(deps: ChangeTicketsDeps): ChangeTickets {
  const turns = new Turns();
  return async (changes, signal) => {
    const requests = changes.map((change) => ({ change, refused: refuseUnstorable(change) }));
    const scope = { sees: seenByAny(changes), callers: [...new Set(changes.map(({ actor }) => actorKey(actor)))] };
    const change = (lockWaitMs: number) => changeAll(deps, requests, { ...scope, signal, lockWaitMs });
    const outcomes = await turns.take(keysOf(changes), change, signal);
    const changed = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    if (changed.length === outcomes.length) return changed;
    const [only] = outcomes;
    if (outcomes.length === 1 && only?.status === 'rejected') throw only.reason;
    throw new SomeChangesFailed(outcomes);
  };
}

async function changeAll(
  deps: ChangeTicketsDeps,
  requests: readonly ChangeRequest[],
  options: TransactionOptions,
): Promise<Settled> {
  const [only] = requests;
  if (only === undefined) return [];
  const policyOfNew = await policiesOfNew(deps, requests);
  if (requests.length === 1) {
    const opened = await openAtOnce(deps, only, policyOfNew, options);
    if (opened !== null) return [{ status: 'fulfilled', value: opened }];
  }
  try {
    return await withPinnedPolicies(deps, (policyOf) =>
      deps.store.transact((tx) => changeInTransaction(tx, deps, requests, { policyOfNew, policyOf }), options),
    );
  } catch (error) {
    if (requests.length === 1 || !deps.store.isRejection(error) || endsAllWork(error)) throw error;
    return await changeOneByOne(deps, requests, options);
  }
}

/**
 * If one row makes a statement fail, the other changes of the set are still carried out, until the
 * fault is one of the server: then the changes that are left get its error.
 *
 * @throws the error of the first change if the server rejects every one of them
 */
async function changeOneByOne(
  deps: ChangeTicketsDeps,
  requests: readonly ChangeRequest[],
  options: TransactionOptions,
): Promise<Settled> {
  const outcomes: PromiseSettledResult<Changed>[] = [];
  for (const request of requests) {
    const [outcome] = await Promise.allSettled([changeAll(deps, [request], options)]);
    if (outcome.status === 'fulfilled') outcomes.push(...outcome.value);
    else if (endsAllWork(outcome.reason)) return [...outcomes, ...requests.slice(outcomes.length).map(() => outcome)];
    else outcomes.push(outcome);
  }
  const [first] = outcomes;
  const isOfServer = outcomes.every((outcome) => outcome.status === 'rejected' && isServerFault(outcome.reason));
  if (first?.status === 'rejected' && isOfServer) throw first.reason;
  return outcomes;
}

/** The policies of new tickets. For a client that the actor may not see, the default policy. */
async function policiesOfNew(
  { policies }: ChangeTicketsDeps,
  requests: readonly ChangeRequest[],
): Promise<(change: Change) => Policy> {
  const clientOf = (change: Change): string | null => {
    const { clientId } = change.submit?.input ?? {};
    return clientId !== undefined && sees(change, clientId) ? clientId : null;
  };
  const clientIds = new Set(
    requests.filter(({ change }) => change.submit !== null).map(({ change }) => clientOf(change)),
  );
  const found = new Map<string | null, Policy>();
  for (const clientId of clientIds) found.set(clientId, await policies.current(clientId));
  return (change) => {
    const policy = found.get(clientOf(change));
    if (policy === undefined) throw new Error(`No policy was looked up for a new ticket of ${clientOf(change)}`);
    return policy;
  };
}

/**
 * Opens a ticket that refers only to its client, with one statement. The constraints of the
 * database check that the client exists and that id, external id and key are free.
 *
 * @returns null if the statement cannot express the change, or if a constraint rejected it. The
 *   transaction then finds the reason.
 */
async function openAtOnce(
  { store, clock }: ChangeTicketsDeps,
  request: ChangeRequest,
  policyOfNew: KnownFacts['policyOfNew'],
  options: TransactionOptions,
): Promise<Changed | null> {
  const { change } = request;
  const { submit, ticketId, steps, expectedVersion, idempotency } = change;
  if (submit === null || submit.input.followUpOf !== null || submit.entry !== undefined) return null;
  if (steps.length > 0 || expectedVersion !== null || !isUuid(ticketId) || !isUuid(submit.input.clientId)) return null;

  const now = clock.now();
  const clients = new Set([submit.input.clientId]);
  const refused = request.refused ?? refuseReferences(change, submit.input, clients, () => undefined);
  const references = { clients, followed: new Map(), taken: new Set<string>() };
  const known = { now, tickets: new Map(), lastActs: new Map(), ...references, policyOfNew, policyOf: never };
  const { outcomes, touched } = decideChanges([{ change, refused }], known);
  const [outcome] = outcomes;
  if (outcome === undefined || outcome.status === 'rejected') throw outcome?.reason;
  const [opened] = touched;
  if (opened === undefined) {
    // If there is a key, an earlier request with it may have been answered already.
    return idempotency === null ? { ...outcome.value, ticket: null } : null;
  }
  const answer = idempotency === null ? null : keyAnswerOf(change, idempotency, outcome.value);
  const number = await store.insertOne(ticketRecordOf(opened, now), answer, options);
  if (number === null) return null;
  return { ...outcome.value, ticket: { ...opened.ticket, number, createdAt: now, updatedAt: now } };
}

const never = (): never => {
  throw new Error('A new ticket is pinned to no policy yet');
};

/** Claims keys, locks, decides and saves a set of changes. */
async function changeInTransaction(
  tx: TicketTransaction,
  { clock }: ChangeTicketsDeps,
  unchecked: readonly ChangeRequest[],
  policies: Pick<KnownFacts, 'policyOfNew' | 'policyOf'>,
): Promise<Settled> {
  const inputs = unchecked.flatMap(({ change: { submit }, refused }) =>
    submit === null || refused !== null ? [] : [submit.input],
  );
  const references = await tx.loadReferences(inputs);
  const requests = refuseSubmissions(unchecked, references, policies.policyOfNew);
  const claims = await claimKeysOf(tx, requests, clock.now());
  const open = requests.filter((_, index) => mayDecide(claims[index]));
  const ids = open.flatMap(({ change }) => (change.submit === null ? [change.ticketId] : []));
  const { tickets, at } = await tx.lock(ids);
  // After waiting for the locks, so that no event has an earlier instant than the events of the
  // transactions it waited for.
  const now = at ?? clock.now();
  const lastActs = await tx.lastActs(overtaken(open, tickets));
  const decided = decideChanges(open, { now, tickets, lastActs, ...references, ...policies });

  const records = decided.touched.map((touched) => ticketRecordOf(touched, recordingTime(touched.stored, now)));
  const [submitted, changed] = [records.filter(isNew), records.filter((record) => !isNew(record))];
  const numbers = await tx.insert(submitted);
  const opened = submitted.filter(({ ticket }) => numbers.has(ticket.id));
  const outcomes = opened.length === submitted.length ? decided.outcomes : decided.without(numbers);

  const { answers, unanswered } = answersToKeep(open, claims.filter(mayDecide), outcomes);
  await tx.releaseKeys(unanswered);
  await tx.save({ opened, changed, answers, now });
  const storedOf = (ticket: Ticket): StoredTicket => {
    const before = tickets.get(ticket.id);
    if (before === undefined) return { ...ticket, number: numbers.get(ticket.id) ?? 0, createdAt: now, updatedAt: now };
    const { number, createdAt, version, updatedAt } = before;
    return {
      ...ticket,
      number,
      createdAt,
      updatedAt: ticket.version > version ? recordingTime(before, now) : updatedAt,
    };
  };
  return answerInOrder(
    requests,
    claims,
    outcomes.map((outcome) => stored(outcome, storedOf)),
  );
}

/** The ids of tickets that have an event later than a command that says when it happened. */
const overtaken = (requests: readonly ChangeRequest[], tickets: ReadonlyMap<string, StoredTicket>): string[] =>
  requests.flatMap(({ change: { ticketId, steps } }) => {
    const last = tickets.get(ticketId)?.lastEventAt ?? Number.NEGATIVE_INFINITY;
    return steps.some(({ at, entry }) => entry !== undefined && at !== null && at < last) ? [ticketId] : [];
  });

/**
 * Refuses the submissions of a set whose facts or references are wrong, before keys are claimed.
 */
function refuseSubmissions(
  requests: readonly ChangeRequest[],
  { clients, followed }: References,
  policyOfNew: KnownFacts['policyOfNew'],
): readonly ChangeRequest[] {
  const submitted = new Map(
    requests.flatMap(({ change: { ticketId, submit } }) =>
      submit === null ? [] : [[ticketId, submit.input.clientId]],
    ),
  );
  const clientOf = (ticketId: string): string | undefined => followed.get(ticketId) ?? submitted.get(ticketId);
  return requests.map(({ change, refused }) => {
    if (change.submit === null) return { change, refused };
    const { input } = change.submit;
    // Without a key, deciding the change finds the contradiction early enough.
    const contradiction = change.idempotency === null ? null : refuseContradiction(input, policyOfNew(change));
    return { change, refused: contradiction ?? refused ?? refuseReferences(change, input, clients, clientOf) };
  });
}

const isNew = ({ stored: before }: { readonly stored: StoredTicket | null }): boolean => before === null;

function stored(
  outcome: PromiseSettledResult<Changed<Ticket>>,
  storedOf: (ticket: Ticket) => StoredTicket,
): PromiseSettledResult<Changed> {
  if (outcome.status === 'rejected') return outcome;
  const { ticket } = outcome.value;
  return { status: 'fulfilled', value: { ...outcome.value, ticket: ticket === null ? null : storedOf(ticket) } };
}
