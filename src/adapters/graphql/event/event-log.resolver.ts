import { Arg, Ctx, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { eventCursorOf } from '../../../application/events/event-cursor';
import { readEvents } from '../../../application/events/read-events';
import type { PlacedEvent } from '../../../application/ports/event-log';
import * as compare from '../base/comparators';
import { PageInfoType } from '../base/connections';
import { optional } from '../base/optional';
import { EventCursorScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { LIMITS } from '../operation-limits';
import { ticketsOf, validatedFilter } from '../subscription/stream-filter';
import { TicketEventFilter } from '../subscription/ticket-event-filter.input';
import { TicketEventType } from './event.interface';
import { requirePosition } from './event-cursor.argument';

@ObjectType('EventLogEdge', { description: 'An edge in a part of the log of all events.', simpleResolvers: true })
class EventLogEdge {
  @Field(() => EventCursorScalar, { description: 'The cursor of the event, for use in `after`.' })
  cursor!: string;

  @Field(() => TicketEventType, { description: 'The event.' })
  node!: PlacedEvent;
}

@ObjectType('EventLogConnection', {
  description: 'A part of the log of all events, in the order of the log.',
  simpleResolvers: true,
})
class EventLogConnection {
  @Field(() => [EventLogEdge], { description: 'The edges of the page.' })
  edges!: readonly EventLogEdge[];

  @Field(() => [TicketEventType], { description: 'The events of the page, without their cursors.' })
  nodes!: readonly PlacedEvent[];

  @Field(() => PageInfoType, {
    description:
      'Information about the position of the page. `endCursor` is where the next page begins, also when this page is empty, so that it can be kept to read what is recorded later.',
  })
  pageInfo!: PageInfoType;
}

@Resolver()
export class EventLogResolver {
  @Query(() => EventLogConnection, {
    description:
      'The events of all tickets that the caller may see, in the order of the log, the oldest first: the same that the subscription `ticketEvents` delivers. A page looks at 5,000 events at most, so with a filter that few of them pass it can have fewer events than `first` although `hasNextPage` is true.',
  })
  async events(
    @Ctx() { services, caller }: RequestContext,
    @Arg('first', () => Int, {
      ...optional,
      description: `The most events of the page, 1 to ${LIMITS.longestPage}. Defaults to ${LIMITS.defaultPage}.`,
    })
    first: number | null | undefined,
    @Arg('after', () => EventCursorScalar, {
      ...optional,
      description:
        'Returns only the events after this cursor. An error with the code `CURSOR_EXPIRED` says that they are not all kept any more, `CURSOR_AHEAD` that the log does not reach so far. Defaults to the beginning of the log.',
    })
    after: string | null | undefined,
    @Arg('filter', () => TicketEventFilter, { ...optional, description: 'The events to return. Defaults to all.' })
    given: TicketEventFilter | null | undefined,
  ): Promise<EventLogConnection> {
    const count = first ?? LIMITS.defaultPage;
    if (count < 1 || count > LIMITS.longestPage) throw badInput(`first takes 1 to ${LIMITS.longestPage}.`);
    const filter = validatedFilter(given);
    const { ticketId, accepts } = ticketsOf(filter);
    const { severity } = filter;
    const hasSeverity = async ({ ticketId: id }: PlacedEvent): Promise<boolean> => {
      const ticket = await services.reader.ticketById(caller, id);
      return ticket !== null && compare.satisfies(severity, ticket.severity);
    };
    const position = requirePosition(after);
    const { events, end, hasMore } = await readEvents(services.log, caller, {
      after: position,
      count,
      ticketId,
      select: async (page) => {
        const found = page.filter((event) => accepts(event) && compare.satisfies(filter.type, event.type));
        if (severity == null) return found;
        const keeps = await Promise.all(found.map(hasSeverity));
        return found.filter((_event, index) => keeps[index]);
      },
    });
    const edges = events.map((node) => ({ node, cursor: eventCursorOf(node.position) }));
    return {
      edges,
      nodes: events,
      pageInfo: {
        hasNextPage: hasMore,
        hasPreviousPage: position !== null && position > 0,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: eventCursorOf(end),
      },
    };
  }
}
