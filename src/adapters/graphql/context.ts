import { OperationTypeNode } from 'graphql';
import type { Logger } from 'pino';
import { type Pinned, pinnedPolicy } from '../../application/policies/pinned-policy';
import type { Caller } from '../../application/ports/caller';
import type { Client } from '../../application/ports/clients';
import type { ReadServices, Services } from '../../application/ports/services';
import type { AsOf, StoredTicket } from '../../application/ports/stored-ticket';
import type { WaitSignal } from '../../application/waiting-line';
import { judgedAt } from '../../domain/commitment/view';
import type { EpochMs } from '../../domain/instant';
import type { Policy } from '../../domain/policy/policy';
import { type Allowance, unlimitedFields } from './check-operation';
import { LIMITS } from './operation-limits';
import type { RunningOperation } from './running-operation';

/** The context of one execution: of a request, or of one event of a subscription. */
export interface OperationContext<S extends ReadServices = Services> {
  readonly caller: Caller;
  /** The time at which the whole response is evaluated. */
  readonly now: EpochMs;
  /** The id of the request in the log and in errors. */
  readonly requestId: string;
  readonly logger: Logger;
  /** The execution that the context belongs to. Null if nothing ends it, as on the command line. */
  readonly operation: RunningOperation | null;
  /** The pinned policy. Not a promise if the version is in the cache of the process. */
  policyOf(pinned: Pinned): Policy | Promise<Policy>;
  /** The tickets that the operation has evaluated. */
  readonly judged: Map<StoredTicket, JudgedTicket>;
  /** What the resolvers may still read. The number of fields has no limit before the check. */
  readonly allowance: Allowance;
  /** The context of the resolvers of fields that declare their work (`operation-costs.ts`). */
  readonly forWork: RequestContext<S>;
}

/**
 * The context of a resolver. A resolver that declares no work gets an `OperationContext`, which has
 * no services, so that no field can run a statement that the size of an operation leaves out.
 */
export interface RequestContext<S extends ReadServices = Services> extends OperationContext<S> {
  readonly services: S;
  /** The client, read at most once in a request. Null if the caller may not see it. */
  client(id: string): Promise<Client | null>;
}

export type ContextFactory<S extends ReadServices = Services> = (
  caller: Caller,
  requestId: string,
  operation: RunningOperation | null,
) => OperationContext<S>;

export function contextFactory<S extends ReadServices>(services: S, logger: Logger): ContextFactory<S> {
  return (identified, requestId, operation) => {
    const caller: Caller = operation === null ? identified : new OperationCaller(identified, operation);
    const clients = new Map<string, Promise<Client | null>>();
    const now = services.clock.now();
    const allowance = unlimitedFields();
    const judged = new Map<StoredTicket, JudgedTicket>();
    const policyOf = (pinned: Pinned) => pinnedPolicy(services.policies, pinned);
    const client = (id: string): Promise<Client | null> => {
      const asked = clients.get(id) ?? services.reader.clientById(caller, id);
      clients.set(id, asked);
      return asked;
    };
    // Without spreading, which took ten times as long as the rest of the function.
    const forWork: RequestContext<S> = {
      caller,
      now,
      requestId,
      logger,
      operation,
      judged,
      allowance,
      policyOf,
      services,
      client,
      forWork: undefined as unknown as RequestContext<S>,
    };
    (forWork as { forWork: RequestContext<S> }).forWork = forWork;
    return { caller, now, requestId, logger, operation, judged, allowance, policyOf, forWork };
  };
}

/** The caller of an operation. A signal is created only for what needs it. */
class OperationCaller {
  readonly sees: Caller['sees'];
  readonly seesInternal: boolean;
  readonly rights: Caller['rights'];
  readonly texts = { characters: 0, most: LIMITS.charactersRead };

  constructor(
    private readonly identified: Caller,
    private readonly operation: RunningOperation,
  ) {
    this.sees = identified.sees;
    this.seesInternal = identified.rights.role !== 'CLIENT';
    this.rights = identified.rights;
  }

  /** A field that reads it may have another value for another actor. */
  get actor(): Caller['actor'] {
    this.operation.hasReadActor = true;
    return this.identified.actor;
  }

  /** The answer of a change, and of an event, has what happened before. */
  get needsLatest(): boolean {
    return this.operation.definition?.operation !== OperationTypeNode.QUERY;
  }

  get signal(): AbortSignal {
    return this.operation.signal;
  }

  get waitSignal(): WaitSignal {
    return this.operation.waitSignal;
  }
}

/** Reads a ticket under its policy. Synchronous if the policy is cached, so that lists are fast. */
export function underPolicy<T>(context: OperationContext, ticket: Pinned, read: (policy: Policy) => T): T | Promise<T> {
  const policy = context.policyOf(ticket);
  return policy instanceof Promise ? policy.then(read) : read(policy);
}

/** A ticket under its policy, at the time of the request or at its `asOf` time. */
export class JudgedTicket {
  readonly at: EpochMs;
  private readonly known = new Map<(judged: JudgedTicket) => unknown, unknown>();

  constructor(
    readonly context: OperationContext,
    readonly ticket: StoredTicket,
    readonly policy: Policy,
  ) {
    this.at = judgedAt(ticket, ticket.asOf?.at ?? context.now);
  }

  /**
   * What a function makes of the ticket, computed once however many fields need it.
   *
   * @param derive a constant of its module, since the result is found by it
   */
  once<T>(derive: (judged: JudgedTicket) => T): T {
    const known = this.known.get(derive);
    if (known !== undefined) return known as T;
    const derived = derive(this);
    this.known.set(derive, derived);
    return derived;
  }
}

/** Reads an evaluated ticket. Synchronous if its policy is cached. */
export function judge<T>(
  context: OperationContext,
  ticket: StoredTicket,
  read: (judged: JudgedTicket) => T,
): T | Promise<T> {
  const known = context.judged.get(ticket);
  if (known !== undefined) return read(known);
  return underPolicy(context, ticket, (policy) => {
    // Several fields can have waited for the policy.
    const judged = context.judged.get(ticket) ?? new JudgedTicket(context, ticket, policy);
    context.judged.set(ticket, judged);
    return read(judged);
  });
}

/** A ticket that another one refers to, as of the same time. */
export async function ticketShown(
  { services: { reader }, caller }: RequestContext,
  id: string,
  asOf: AsOf | undefined,
): Promise<StoredTicket | null> {
  const ticket = await reader.ticketById(caller, id);
  return ticket === null || asOf === undefined ? ticket : reader.ticketAsOf(caller, ticket, asOf);
}
