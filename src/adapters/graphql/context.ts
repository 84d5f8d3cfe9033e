import type { Logger } from 'pino';
import type { Caller, Client } from '../../application/ports';
import type { Services } from '../../application/services';
import type { EpochMs } from '../../domain/instant';
import type { Policy } from '../../domain/policy';
import type { Ticket } from '../../domain/ticket';

/** The policy version that a ticket is pinned to. */
export type Pinned = Pick<Ticket, 'policyId' | 'policyVersion'>;

/** What one request (or one event of a subscription) carries through its resolvers. */
export interface RequestContext {
  readonly caller: Caller;
  readonly services: Services;
  /** The one instant at which everything in the answer is judged. */
  readonly now: EpochMs;
  /** Stands in the log and in the errors of this request. */
  readonly requestId: string;
  readonly logger: Logger;
  /** At once where the version was asked for before, by any request: a published version never changes. */
  policyOf(pinned: Pinned): Policy | Promise<Policy>;
  /** Asks for each client once in a request. */
  client(id: string): Promise<Client | null>;
}

export type ContextFactory = (caller: Caller, requestId: string) => RequestContext;

/** Makes contexts that share the policy versions they have seen. */
export function contextFactory(services: Services, logger: Logger): ContextFactory {
  const shelf = new Map<string, Policy>();
  const policyOf = ({ policyId, policyVersion }: Pinned): Policy | Promise<Policy> => {
    const key = `${policyId}@${policyVersion}`;
    return (
      shelf.get(key) ??
      services.policies.version(policyId, policyVersion).then((policy) => {
        if (policy === null) throw new Error(`Policy ${key} was never published, but a ticket is pinned to it`);
        shelf.set(key, policy);
        return policy;
      })
    );
  };
  return (caller, requestId) => {
    const clients = new Map<string, Promise<Client | null>>();
    return {
      caller,
      services,
      now: services.clock.now(),
      requestId,
      logger,
      policyOf,
      client: (id) => {
        const asked = clients.get(id) ?? services.reader.clientById(caller, id);
        clients.set(id, asked);
        return asked;
      },
    };
  };
}

/** Reads a ticket under its policy: at once where the policy is at hand, so that a list costs no turn per row. */
export function underPolicy<T>(context: RequestContext, ticket: Pinned, read: (policy: Policy) => T): T | Promise<T> {
  const policy = context.policyOf(ticket);
  return policy instanceof Promise ? policy.then(read) : read(policy);
}
