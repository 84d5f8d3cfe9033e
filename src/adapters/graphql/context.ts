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
import type { RunningOperation } from './running-operation';

/** The context of the resolvers for one request, or for one event of a subscription. */
export interface RequestContext<S extends ReadServices = Services> {
  readonly caller: Caller;
  readonly services: S;
  /** The time at which the whole response is evaluated. */
  readonly now: EpochMs;
  /** The id of the request in the log and in errors. */
  readonly requestId: string;
  readonly logger: Logger;
  /** The execution that the context belongs to. Null if nothing ends it, as on the command line. */
  readonly operation: RunningOperation | null;
  /** The pinned policy. Not a promise if the version is in the cache of the process. */
  policyOf(pinned: Pinned): Policy | Promise<Policy>;
  /** The rest of the limits on lists that have no pages. */
  readonly allowance: { segments: number };
  /** The client, read at most once in a request. Null if the caller may not see it. */
  client(id: string): Promise<Client | null>;
}

export type ContextFactory<S extends ReadServices = Services> = (
  caller: Caller,
  requestId: string,
  operation: RunningOperation | null,
) => RequestContext<S>;

export function contextFactory<S extends ReadServices>(services: S, logger: Logger): ContextFactory<S> {
  return (identified, requestId, operation) => {
    const caller = operation === null ? identified : { ...identified, signal: operation.signal };
    const clients = new Map<string, Promise<Client | null>>();
    return {
      caller,
      services,
      now: services.clock.now(),
      requestId,
      logger,
      operation,
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

/** Reads a ticket under its policy. Synchronous if the policy is cached, so that lists are fast. */
export function underPolicy<T>(context: RequestContext, ticket: Pinned, read: (policy: Policy) => T): T | Promise<T> {
  const policy = context.policyOf(ticket);
  return policy instanceof Promise ? policy.then(read) : read(policy);
}

/** Evaluates a ticket under its policy, at the time of the request or at its `asOf` time. */
export const judge = <T>(
  context: RequestContext,
  ticket: StoredTicket,
  read: (ticket: StoredTicket, policy: Policy, at: EpochMs) => T,
): T | Promise<T> =>
  underPolicy(context, ticket, (policy) => read(ticket, policy, judgedAt(ticket, ticket.asOf?.at ?? context.now)));

/** A ticket that another one refers to, as of the same time. */
export async function ticketShown(
  { services: { reader }, caller }: RequestContext,
  id: string,
  asOf: AsOf | undefined,
): Promise<StoredTicket | null> {
  const ticket = await reader.ticketById(caller, id);
  return ticket === null || asOf === undefined ? ticket : reader.ticketAsOf(caller, ticket, asOf);
}
