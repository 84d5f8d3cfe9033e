import type { Logger } from 'pino';
import { type Pinned, pinnedPolicy } from '../../application/policies/pinned-policy';
import type { Caller } from '../../application/ports/caller';
import type { Client } from '../../application/ports/clients';
import type { ReadServices, Services } from '../../application/ports/services';
import type { AsOf, StoredTicket } from '../../application/ports/stored-ticket';
import { judgedAt } from '../../domain/commitment/view';
import type { EpochMs } from '../../domain/instant';
import type { Policy } from '../../domain/policy/policy';
import { LIMITS } from './operation-limits';

/** What one request (or one event of a subscription) carries through its resolvers. */
export interface RequestContext<S extends ReadServices = Services> {
  readonly caller: Caller;
  readonly services: S;
  /** The one instant at which everything in the answer is judged. */
  readonly now: EpochMs;
  /** Stands in the log and in the errors of this request. */
  readonly requestId: string;
  readonly logger: Logger;
  /** At once where the version was read before, by anybody: a published version never changes. */
  policyOf(pinned: Pinned): Policy | Promise<Policy>;
  /** What the answer may still have of what no page bounds. */
  readonly allowance: { segments: number };
  /** Asks for each client once in a request. */
  client(id: string): Promise<Client | null>;
}

export type ContextFactory<S extends ReadServices = Services> = (
  caller: Caller,
  requestId: string,
) => RequestContext<S>;

export function contextFactory<S extends ReadServices>(services: S, logger: Logger): ContextFactory<S> {
  return (caller, requestId) => {
    const clients = new Map<string, Promise<Client | null>>();
    return {
      caller,
      services,
      now: services.clock.now(),
      requestId,
      logger,
      allowance: { segments: LIMITS.segments },
      policyOf: (pinned) => pinnedPolicy(services.policies, pinned),
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

/** Judges a ticket under its policy: at the instant as of which it is shown, else at the request's. */
export const judge = <T>(
  context: RequestContext,
  ticket: StoredTicket,
  read: (ticket: StoredTicket, policy: Policy, at: EpochMs) => T,
): T | Promise<T> =>
  underPolicy(context, ticket, (policy) => read(ticket, policy, judgedAt(ticket, ticket.asOf?.at ?? context.now)));

/** Another ticket beside one that is shown: as it is now, or as of the same instant. */
export async function ticketShown(
  { services: { reader }, caller }: RequestContext,
  id: string,
  asOf: AsOf | undefined,
): Promise<StoredTicket | null> {
  const ticket = await reader.ticketById(caller, id);
  return ticket === null || asOf === undefined ? ticket : reader.ticketAsOf(ticket, asOf);
}
