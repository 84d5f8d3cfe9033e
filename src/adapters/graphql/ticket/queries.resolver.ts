import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Page } from '../../../application/ports/pagination';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Deadline } from '../../../application/ports/ticket-reader';
import type { DurationMs } from '../../../domain/instant';
import { classify } from '../../../domain/policy/classify';
import { COMMITMENT_KINDS, type CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import { ViewerType, viewerOf } from '../base/common.type';
import { type Connection, connection, PageArgs, pageRequest } from '../base/connections';
import { CommitmentKindEnum, SeverityEnum } from '../base/enums';
import { fromGlobalId, requireUuid } from '../base/global-id';
import { leaveToMutation, problemsOf } from '../base/input-rules';
import { DurationScalar } from '../base/scalars';
import { invalidInputs, userErrorOf } from '../base/user-errors';
import { DeadlineConnection } from '../commitment/deadline.type';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { findCalendar } from '../node/node.resolver';
import { CalendarType, type CalendarView, calendarView } from '../policy/calendar.type';
import { LIFECYCLE, LifecycleType } from './lifecycle.type';
import { TicketConnection } from './ticket.type';
import { filterOf, orderOf, TicketFilterInput, TicketOrderInput } from './ticket-filter.input';
import { ImpactInput } from './ticket-mutations.input';
import { ClassifyPayload } from './ticket-mutations.payload';

const optional = { nullable: true } as const;
const NOTHING: Page<Deadline> = { edges: [], hasNextPage: false, hasPreviousPage: false };

@Resolver()
export class QueryResolver {
  @Query(() => ViewerType, { description: 'Who asks.' })
  viewer(@Ctx() context: RequestContext): ViewerType {
    return viewerOf(context);
  }

  @Query(() => TicketConnection, {
    description: 'Tickets that satisfy a filter, in an order; the newest first unless told.',
  })
  async tickets(
    @Ctx() { services: { reader }, caller, now }: RequestContext,
    @Args() page: PageArgs,
    @Arg('filter', () => TicketFilterInput, { ...optional, description: 'Which; every ticket where left out.' })
    filter: TicketFilterInput | null | undefined,
    @Arg('orderBy', () => TicketOrderInput, {
      ...optional,
      description: 'The order; NUMBER descending where left out.',
    })
    orderBy: TicketOrderInput | null | undefined,
  ): Promise<Connection<StoredTicket>> {
    const asked = filterOf(filter);
    const found = await reader.tickets(caller, asked, orderOf(orderBy), pageRequest(page), now);
    return connection(found, () => reader.countTickets(caller, asked, now));
  }

  @Query(() => DeadlineConnection, {
    description: 'Commitments in the order in which they are due, what is overdue longest first.',
  })
  async deadlines(
    @Ctx() { services: { reader }, caller, now }: RequestContext,
    @Args() page: PageArgs,
    @Arg('within', () => DurationScalar, {
      ...optional,
      description: 'Due within this time from now by the wall clock, not negative; without limit where left out.',
    })
    within: DurationMs | null | undefined,
    @Arg('kinds', () => [CommitmentKindEnum], {
      ...optional,
      description: 'Of these kinds; of all where left out, of none where empty.',
    })
    kinds: CommitmentKind[] | null | undefined,
    @Arg('severities', () => [SeverityEnum], {
      ...optional,
      description: 'On tickets of these severities; of all where left out, of none where empty.',
    })
    severities: Severity[] | null | undefined,
    @Arg('client', () => ID, { ...optional, description: 'On tickets of this client.' })
    client: string | null | undefined,
    @Arg('assignee', () => String, { ...optional, description: 'On tickets of this assignee.' })
    assignee: string | null | undefined,
    @Arg('includeOverdue', () => Boolean, { defaultValue: true, description: 'Whether what is overdue counts.' })
    includeOverdue: boolean,
  ): Promise<Connection<Deadline>> {
    if (within != null && within < 0) throw badInput('within takes a duration that is not negative.');
    const query = {
      until: within == null ? null : now + within,
      since: includeOverdue ? null : now,
      kinds: kinds == null ? COMMITMENT_KINDS : [...new Set(kinds)],
      severity: severities == null ? null : { in: [...new Set(severities)] },
      ticket: null,
      client: client == null ? null : { eq: requireUuid('Client', client, 'client') },
      assignee: assignee == null ? null : { eq: assignee },
    };
    // A list that allows nothing is not one that was left out.
    if (query.kinds.length === 0) return connection(NOTHING, async () => 0);
    const found = await reader.deadlines(caller, query, pageRequest(page));
    return connection(found, () => reader.countDeadlines(caller, query));
  }

  @Query(() => ClassifyPayload, {
    description: 'What impacts would earn under the policy that new tickets are opened under. Writes nothing.',
  })
  async classify(
    @Ctx() { services }: RequestContext,
    @Arg('impacts', () => [ImpactInput], { description: 'The impacts; 1 to 50 pairs.', validateFn: leaveToMutation })
    impacts: ImpactInput[],
  ): Promise<ClassifyPayload> {
    const problems = impacts.flatMap((impact, place) =>
      problemsOf(impact).map(({ path, expected }) => ({ path: ['impacts', String(place), ...path], expected })),
    );
    if (impacts.length < 1 || impacts.length > 50)
      problems.unshift({ path: ['impacts'], expected: 'takes 1 to 50 entries' });
    if (problems.length > 0) return { classification: null, userErrors: invalidInputs(problems, []) };
    const outcome = classify(await services.policies.current(null), impacts);
    return outcome.ok
      ? { classification: outcome.classification, userErrors: [] }
      : { classification: null, userErrors: [userErrorOf(outcome.refusal, { argument: [], impacts })] };
  }

  @Query(() => CalendarType, {
    nullable: true,
    description:
      'A calendar by its id, or by its name in the policy that new tickets are opened under; null where there is none.',
  })
  async calendar(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Its id, or its name, e.g. `business`.' }) id: string,
  ): Promise<CalendarView | null> {
    const decoded = fromGlobalId(id);
    if (decoded === null) return calendarView(await context.services.policies.current(null), id);
    if (decoded.type !== 'Calendar') throw badInput('id takes the id or the name of a Calendar.');
    return findCalendar(context, decoded.key);
  }

  @Query(() => LifecycleType, { description: 'The lifecycle of tickets, read from the machine that decides.' })
  lifecycle(): LifecycleType {
    return LIFECYCLE;
  }
}
