import type { EpochMs } from '../../domain/instant';
import type { Policies } from '../ports/policies';
import type { ChangeTickets } from '../tickets/change';
import { decideChanges, refuseUnstorable } from '../tickets/decide-changes';

/**
 * Decides the changes of an import without saving. Each change opens a ticket of a known client.
 */
export const tryChanges =
  (policies: Pick<Policies, 'current'>, now: EpochMs): ChangeTickets =>
  (changes) =>
    Promise.all(
      changes.map(async (change) => {
        const { clientId } = change.submit?.input ?? {};
        const policy = await policies.current(clientId ?? null);
        const facts = {
          now,
          tickets: new Map(),
          lastActs: new Map(),
          followed: new Map(),
          taken: new Set<string>(),
        };
        const policyOf = () => policy;
        const known = { ...facts, clients: new Set([clientId ?? '']), policyOfNew: policyOf, policyOf };
        const [outcome] = decideChanges([{ change, refused: refuseUnstorable(change) }], known).outcomes;
        if (outcome === undefined || outcome.status === 'rejected') throw outcome?.reason;
        const { ticket } = outcome.value;
        const stored = ticket === null ? null : { ...ticket, number: 0, createdAt: 0, updatedAt: 0 };
        return { ...outcome.value, ticket: stored };
      }),
    );
