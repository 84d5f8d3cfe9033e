import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { fromGlobalId } from '../base/global-id';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { findCalendar } from '../node/node.resolver';
import { CalendarType, type CalendarView, calendarView } from './calendar.type';

@Resolver()
export class CalendarQueryResolver {
  @Query(() => CalendarType, {
    nullable: true,
    description:
      'Looks up a calendar by its global id, or by its name in the policy that currently applies to new tickets. Null when there is no such calendar.',
  })
  async calendar(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'The global id of the calendar, or its name, for example `business`.' })
    id: string,
  ): Promise<CalendarView | null> {
    const decoded = fromGlobalId(id);
    if (decoded === null) return calendarView(await context.services.policies.current(null), id);
    if (decoded.type !== 'Calendar') throw badInput('id must be the id or the name of a Calendar.');
    return findCalendar(context, decoded.key);
  }
}
