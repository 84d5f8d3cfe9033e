import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { mayUse } from '../../../application/access/permissions';
import type { LoggedEvent } from '../../../application/ports/logged-event';
import type { KnownPerson } from '../../../application/ports/people';
import type { Deadline } from '../../../application/ports/ticket-reader';
import { judgedAt, viewCommitment } from '../../../domain/commitment/view';
import { COMMITMENT_KINDS, type Policy } from '../../../domain/policy/policy';
import { isUuid } from '../../../domain/text';
import { fromGlobalId, type NodeTypeName } from '../base/global-id';
import { NodeType } from '../base/node';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { type CalendarView, calendarView } from '../policy/calendar.type';

const MOST_IDS = 100;
/** A whole number that fits the database's. */
const NUMBER = /^[1-9]\d{0,8}$/;

const POLICY_NAME = /^[a-z][a-z0-9-]{0,62}$/;

type Find = (context: RequestContext, key: string) => Promise<object | null>;

/** The parts of a key, which `/` separates; null unless it has exactly this number of parts. */
function partsOf<N extends 2 | 3>(key: string, count: N): Parts[N] | null {
  const parts = key.split('/');
  return parts.length === count ? (parts as unknown as Parts[N]) : null;
}

interface Parts {
  2: readonly [string, string];
  3: readonly [string, string, string];
}

/** Finds an object of each type by the part of its global id that follows the type. */
const finders: Readonly<Record<NodeTypeName, Find>> = {
  Ticket: async ({ services, caller }, key) => (isUuid(key) ? services.reader.ticketById(caller, key) : null),
  Client: async (context, key) => (isUuid(key) ? context.client(key) : null),
  Policy: async (context, key) => {
    const parts = partsOf(key, 2);
    return parts === null ? null : findPolicy(context, ...parts);
  },
  Calendar: findCalendar,
  TicketEvent: findEvent,
  Deadline: findDeadline,
  ApiKey: async ({ services, caller }, key) =>
    mayUse('Query.apiKeys', caller.rights) ? services.apiKeys.byId(caller, key) : null,
  Agent: findAgent,
  AuditEvent: async ({ services, caller }, key) =>
    mayUse('Query.auditEvents', caller.rights) ? services.audit.byId(caller, key) : null,
  Webhook: async ({ services, caller }, key) =>
    mayUse('Query.webhooks', caller.rights) ? services.webhooks.store.byId(caller, key) : null,
  WebhookDelivery: async ({ services, caller }, key) =>
    mayUse('Query.deliveries', caller.rights) ? services.webhooks.store.deliveryById(caller, key) : null,
};

/** Finds a person who may be an agent. */
async function findAgent({ services, caller }: RequestContext, key: string): Promise<KnownPerson | null> {
  if (!mayUse('Query.agents', caller.rights)) return null;
  const person = await services.people.byId(caller, key);
  return person === null || person.role === 'CLIENT' ? null : person;
}

@Resolver()
export class NodeResolver {
  @Query(() => NodeType, {
    nullable: true,
    description:
      'Looks up an object by its global id. Null when there is no such object, the caller may not see it, or the id is malformed.',
  })
  node(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'The global id of the object, as its `id` field returns it.' }) id: string,
  ): Promise<object | null> {
    return findNode(context, id);
  }

  @Query(() => [NodeType], {
    nullable: 'items',
    description:
      'Looks up objects by their global ids. Returns them in the order of the ids. An entry is null when there is no such object, the caller may not see it, or the id is malformed.',
  })
  nodes(
    @Ctx() context: RequestContext,
    @Arg('ids', () => [ID], { description: `The global ids of the objects, at most ${MOST_IDS}.` }) ids: string[],
  ): Promise<readonly (object | null)[]> {
    if (ids.length > MOST_IDS) throw badInput(`ids takes at most ${MOST_IDS} ids.`);
    return Promise.all(ids.map((id) => findNode(context, id)));
  }
}

/** Finds an object by its global id. Null also for one that is not of the given type. */
export async function findNode(context: RequestContext, id: string, type?: NodeTypeName): Promise<object | null> {
  const decoded = fromGlobalId(id);
  if (decoded === null || (type !== undefined && decoded.type !== type)) return null;
  return finders[decoded.type](context, decoded.key);
}

async function findPolicy({ services, caller }: RequestContext, id: string, version: string): Promise<Policy | null> {
  return POLICY_NAME.test(id) && NUMBER.test(version) ? services.policies.version(caller, id, Number(version)) : null;
}

/** Finds a calendar by `<policy>/<version>/<name>`. */
export async function findCalendar(context: RequestContext, key: string): Promise<CalendarView | null> {
  const parts = partsOf(key, 3);
  if (parts === null) return null;
  const [id, version, name] = parts;
  const policy = await findPolicy(context, id, version);
  return policy === null ? null : calendarView(policy, name);
}

/** Finds an event by `<ticket>/<number>`. */
async function findEvent({ services: { reader }, caller }: RequestContext, key: string): Promise<LoggedEvent | null> {
  const [ticketId, digits] = partsOf(key, 2) ?? ['', ''];
  if (!isUuid(ticketId) || !NUMBER.test(digits)) return null;
  return reader.eventByNumber(caller, ticketId, Number(digits));
}

/**
 * Finds a deadline by `<ticket>/<kind>`. Null unless the commitment is running and has a due time.
 */
async function findDeadline(context: RequestContext, key: string): Promise<Deadline | null> {
  const [ticketId, name] = partsOf(key, 2) ?? ['', ''];
  const kind = COMMITMENT_KINDS.find((candidate) => candidate === name);
  if (!isUuid(ticketId) || kind === undefined) return null;
  const ticket = await context.services.reader.ticketById(context.caller, ticketId);
  if (ticket === null) return null;
  const view = viewCommitment(ticket, await context.policyOf(ticket), kind, judgedAt(ticket, context.now));
  return view === null || view.dueAt === null || view.cycle.end !== null ? null : { ticket, kind, dueAt: view.dueAt };
}
