import { setTimeout as sleep } from 'node:timers/promises';
import { Arg, Ctx, Field, InputType, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import type { LoggedEvent, StoredTicket } from '../../application/ports';
import type { EventType } from '../../domain/events';
import type { Severity } from '../../domain/severity';
import type { SeverityChange, SeverityChangeCause } from '../../domain/ticket';
import * as compare from './comparators';
import type { RequestContext } from './context';
import { TicketEventType } from './event-interfaces';
import { badInput, isDatabaseAway } from './faults';
import { requireUuid } from './global-id';
import { EventCursorScalar } from './scalars';
import { selectAsync } from './select-async';
import { SeverityChangeType } from './ticket-parts';
import { TicketType } from './ticket-type';

const optional = { nullable: true } as const;

@InputType('SeverityChangedFilter', { description: 'Which changes to be told of: all that is given must hold.' })
export class SeverityChangedFilter {
  @Field(() => compare.IdComparator, { ...optional, description: 'Of which tickets.' })
  ticket?: compare.EqualityInput<string> | null;

  @Field(() => compare.IdComparator, { ...optional, description: 'Of which clients.' })
  client?: compare.EqualityInput<string> | null;

  @Field(() => compare.SeverityComparator, { ...optional, description: 'The severity before.' })
  from?: compare.OrderInput<Severity> | null;

  @Field(() => compare.SeverityComparator, { ...optional, description: 'The severity after.' })
  to?: compare.OrderInput<Severity> | null;

  @Field(() => compare.SeverityChangeCauseComparator, { ...optional, description: 'What changed it.' })
  cause?: compare.EqualityInput<SeverityChangeCause> | null;
}

@InputType('TicketEventFilter', { description: 'Which events to be told of: all that is given must hold.' })
export class TicketEventFilter {
  @Field(() => compare.IdComparator, { ...optional, description: 'Of which tickets.' })
  ticket?: compare.EqualityInput<string> | null;

  @Field(() => compare.IdComparator, { ...optional, description: 'Of which clients.' })
  client?: compare.EqualityInput<string> | null;

  @Field(() => compare.EventTypeComparator, { ...optional, description: 'Of which types.' })
  type?: compare.EqualityInput<EventType> | null;

  @Field(() => compare.SeverityComparator, { ...optional, description: "The ticket's severity when it is told." })
  severity?: compare.OrderInput<Severity> | null;
}

/** What a subscriber is told: an event that passed its filter, and the ticket it happened to. */
interface Told {
  readonly event: LoggedEvent;
  readonly ticket: StoredTicket;
}

@ObjectType('TicketEventPayload', { description: 'An event, told as it was recorded.', simpleResolvers: true })
export class TicketEventPayload {
  @Field(() => EventCursorScalar, { description: "The event's place in the log." })
  cursor!: string;

  @Field(() => TicketType, { description: 'The ticket as it stood when this was told.' })
  ticket!: StoredTicket;

  @Field(() => TicketEventType, { description: 'What happened.' })
  event!: LoggedEvent;
}

@ObjectType('SeverityChangedPayload', {
  description: 'A change of severity, told as it was recorded.',
  simpleResolvers: true,
})
export class SeverityChangedPayload {
  @Field(() => EventCursorScalar, { description: "The change's place in the log." })
  cursor!: string;

  @Field(() => TicketType, { description: 'The ticket as it stood when this was told.' })
  ticket!: StoredTicket;

  @Field(() => SeverityChangeType, { description: 'What changed.' })
  change!: SeverityChange;
}

const changeIn = (event: LoggedEvent): SeverityChange | null =>
  'effects' in event ? (event.effects.severityChange ?? null) : null;

const uuids = (given: compare.EqualityInput<string> | null | undefined, type: 'Ticket' | 'Client') =>
  given == null ? null : compare.comparatorOf(given, (id) => requireUuid(type, id, `filter.${type.toLowerCase()}`));

/** The events that pass, each with its ticket; those of tickets that the caller may not see are passed over. */
function tell(
  { services, caller }: RequestContext,
  filter: Partial<Pick<TicketEventFilter, 'ticket' | 'client'>>,
  passes: (event: LoggedEvent) => boolean,
  suits: (ticket: StoredTicket) => boolean = () => true,
): AsyncIterableIterator<Told> {
  const ticketId = uuids(filter.ticket, 'Ticket');
  const clientId = uuids(filter.client, 'Client');
  const events = services.feed.subscribe((event) => compare.holds(ticketId, event.ticketId) && passes(event));
  return selectAsync(events, async (event) => {
    const ticket = await patiently(() => services.reader.ticketById(caller, event.ticketId));
    return ticket !== null && compare.holds(clientId, ticket.clientId) && suits(ticket) ? { event, ticket } : null;
  });
}

const PATIENCE_MS = 15_000;
const AGAIN_AFTER_MS = 250;

/** Outwaits a database that is away for a moment: the log goes on where it was, and so does whoever follows it. */
async function patiently<T>(read: () => Promise<T>): Promise<T> {
  for (let waited = 0; ; waited += AGAIN_AFTER_MS) {
    try {
      return await read();
    } catch (error) {
      if (!isDatabaseAway(error) || waited >= PATIENCE_MS) throw error;
      await sleep(AGAIN_AFTER_MS);
    }
  }
}

const DESCRIBED = 'Live from the moment of subscribing, in the order of the log, whichever process made the change.';

/** Type-graphql neither validates nor converts what it subscribes by, so it is checked here. */
function checked<T extends object>(filter: T | null | undefined): Partial<T> {
  for (const comparator of Object.values<Partial<compare.EqualityInput<unknown>> | null>({ ...filter })) {
    for (const list of [comparator?.in, comparator?.nin]) {
      if ((list?.length ?? 0) > compare.LONGEST_LIST) {
        throw badInput(`A list in a filter takes at most ${compare.LONGEST_LIST.toLocaleString('en')} entries.`);
      }
    }
  }
  return filter ?? {};
}

@Resolver()
export class SubscriptionResolver {
  @Subscription(() => TicketEventPayload, {
    description: `What happens to tickets. ${DESCRIBED}`,
    subscribe: ({ args, context }) => {
      const filter = checked((args as { readonly filter?: TicketEventFilter | null }).filter);
      return tell(
        context as RequestContext,
        filter,
        (event) => compare.satisfies(filter.type, event.type),
        (ticket) => compare.satisfies(filter.severity, ticket.severity),
      );
    },
  })
  ticketEvents(
    @Root() { event, ticket }: Told,
    @Ctx() _context: RequestContext,
    @Arg('filter', () => TicketEventFilter, { ...optional, description: 'Which; every event where left out.' })
    _filter: TicketEventFilter | null | undefined,
  ): TicketEventPayload {
    return { cursor: event.cursor, ticket, event };
  }

  @Subscription(() => SeverityChangedPayload, {
    description: `Changes of severity. ${DESCRIBED}`,
    subscribe: ({ args, context }) => {
      const filter = checked((args as { readonly filter?: SeverityChangedFilter | null }).filter);
      return tell(context as RequestContext, filter, (event) => {
        const change = changeIn(event);
        return (
          change !== null &&
          compare.satisfies(filter.from, change.from) &&
          compare.satisfies(filter.to, change.to) &&
          compare.satisfies(filter.cause, change.cause)
        );
      });
    },
  })
  severityChanged(
    @Root() { event, ticket }: Told,
    @Ctx() _context: RequestContext,
    @Arg('filter', () => SeverityChangedFilter, { ...optional, description: 'Which; every change where left out.' })
    _filter: SeverityChangedFilter | null | undefined,
  ): SeverityChangedPayload {
    const change = changeIn(event);
    if (change === null) throw new Error(`Event ${event.id} changed no severity, but passed as if it did`);
    return { cursor: event.cursor, ticket, change };
  }
}
