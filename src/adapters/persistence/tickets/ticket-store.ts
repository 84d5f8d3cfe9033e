import type { Pool } from 'pg';
import { pinnedPolicy } from '../../../application/policies/pinned-policy';
import type { Clock } from '../../../application/ports/clock';
import type { Policies } from '../../../application/ports/policies';
import type { Change, ChangeTickets } from '../../../application/tickets/change-tickets';
import { type Changed, SomeChangesFailed } from '../../../application/tickets/change-tickets';
import type { EpochMs } from '../../../domain/instant';
import type { Policy } from '../../../domain/policy/policy';
import { isDataError } from '../database/database-errors';
import { transact } from '../database/transact';
import { changeInTransaction, PolicyNotLoaded } from './change-transaction';
import { submitFast } from './submit-fast';

/** What was committed, for whoever follows the log. */
export interface Commit {
  /** The number of the transaction. */
  readonly xid: string;
  /** The earliest instant at which something falls due next for one of the tickets written; null where nothing will. */
  readonly nextDeadlineAt: EpochMs | null;
}

export interface ChangeTicketsDeps {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly policies: Policies;
  /** Called after each commit that recorded events, before its caller is answered. */
  readonly onCommitted: (commit: Commit) => void;
}

/** The outcome of each change, in order. */
export type Outcomes = readonly PromiseSettledResult<Changed>[];

/**
 * The one way in which tickets change; see the port. A set is one transaction; a set of one submission is one statement.
 *
 * A key that comes with a change is remembered with its answer, a refusal included, for 48 hours: the same request gets
 * the first answer again, and of several at once one is carried out.
 *
 * @throws SomeChangesFailed where changes of a set met an unexpected fault and the others were carried out; the fault
 * itself where the set is one.
 */
export function createChangeTickets(deps: ChangeTicketsDeps): ChangeTickets {
  return async (changes) => {
    if (changes.length === 0) return [];
    const outcomes = await changeAll(deps, changes);
    const changed = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    if (changed.length === outcomes.length) return changed;
    const [only] = outcomes;
    if (outcomes.length === 1 && only?.status === 'rejected') throw only.reason;
    throw new SomeChangesFailed(outcomes);
  };
}

async function changeAll(store: ChangeTicketsDeps, changes: readonly Change[]): Promise<Outcomes> {
  const [only] = changes;
  if (changes.length === 1 && only !== undefined) {
    const changed = await submitFast(store, only);
    if (changed !== null) return [{ status: 'fulfilled', value: changed }];
  }
  try {
    return await changeTogether(store, changes);
  } catch (error) {
    if (!isDataError(error) || changes.length === 1) throw error;
    return await changeOneByOne(store, changes);
  }
}

async function changeTogether(store: ChangeTicketsDeps, changes: readonly Change[]): Promise<Outcomes> {
  const newPolicyOf = await newPolicies(store, changes);
  for (;;) {
    try {
      const { outcomes, commit } = await transact(store.pool, (tx) =>
        changeInTransaction(tx, store, changes, newPolicyOf),
      );
      if (commit !== null) store.onCommitted(commit);
      return outcomes;
    } catch (error) {
      // Loaded here, because whoever holds one connection and waits for another may wait for himself.
      if (!(error instanceof PolicyNotLoaded)) throw error;
      await pinnedPolicy(store.policies, error.ticket);
    }
  }
}

/** The policy that new tickets of each client are opened under, looked up for all that the changes name. */
async function newPolicies(
  { policies }: ChangeTicketsDeps,
  changes: readonly Change[],
): Promise<(clientId: string) => Policy> {
  const clientIds = new Set(changes.flatMap(({ submit }) => (submit === null ? [] : [submit.input.clientId])));
  const found = new Map<string, Policy>();
  for (const clientId of clientIds) found.set(clientId, await policies.current(clientId));
  return (clientId) => {
    const policy = found.get(clientId);
    if (policy === undefined) throw new Error(`No policy was looked up for client ${clientId}`);
    return policy;
  };
}

/** Where one row makes a statement fail, the others of the set are not to suffer. */
async function changeOneByOne(store: ChangeTicketsDeps, changes: readonly Change[]): Promise<Outcomes> {
  const outcomes: PromiseSettledResult<Changed>[] = [];
  for (const change of changes) {
    const [outcome] = await Promise.allSettled([changeAll(store, [change])]);
    if (outcome.status === 'rejected') outcomes.push(outcome);
    else outcomes.push(...outcome.value);
  }
  return outcomes;
}
