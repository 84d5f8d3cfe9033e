import { Arg, Ctx, Field, FieldResolver, ID, Int, ObjectType, Resolver, Root } from 'type-graphql';
import {
  type BusinessCalendar,
  type CalendarDefinition,
  type LocalInterval,
  WEEKDAYS,
  type Weekday,
} from '../../../domain/calendar/business-calendar';
import { type EpochMs, toIso } from '../../../domain/instant';
import type { CalendarReplacements, Policy } from '../../../domain/policy/policy';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { WeekdayEnum } from './policy.enum';

/** A calendar of a policy version, by its name there. */
export interface CalendarView {
  readonly policy: Policy;
  readonly name: string;
  readonly definition: CalendarDefinition;
  readonly compiled: BusinessCalendar;
}

export function calendarView(policy: Policy, name: string): CalendarView | null {
  const definition = Object.hasOwn(policy.calendars, name) ? policy.calendars[name] : undefined;
  const compiled = policy.compiledCalendars.get(name);
  return definition === undefined || compiled === undefined ? null : { policy, name, definition, compiled };
}

export const calendarsOf = (policy: Policy): readonly CalendarView[] =>
  Object.keys(policy.calendars).flatMap((name) => calendarView(policy, name) ?? []);

@ObjectType('OpenHours', { description: 'From opening to closing, by the local wall clock.', simpleResolvers: true })
export class OpenHoursType {
  @Field(() => String, { description: 'Opens, `HH:MM` or `HH:MM:SS`; belongs to it.' })
  opens!: string;

  @Field(() => String, {
    description: 'Closes, `HH:MM` or `HH:MM:SS`, `24:00` at the end of the day; does not belong to it.',
  })
  closes!: string;
}

@ObjectType('WeekdayHours', { description: 'The regular hours of a day of the week.', simpleResolvers: true })
export class WeekdayHoursType {
  @Field(() => WeekdayEnum, { description: 'The day.' })
  weekday!: Weekday;

  @Field(() => [OpenHoursType], { description: 'Its hours; empty where it is closed.' })
  hours!: readonly OpenHoursType[];
}

@ObjectType('Holiday', { description: 'A whole local date that is closed.', simpleResolvers: true })
export class HolidayType {
  @Field(() => String, { description: 'The local date, `YYYY-MM-DD`.' })
  date!: string;

  @Field(() => String, { nullable: true, description: 'What it is called; null where the policy does not say.' })
  name!: string | null;
}

@ObjectType('SpecialHours', { description: 'A local date with hours of its own.', simpleResolvers: true })
export class SpecialHoursType {
  @Field(() => String, { description: 'The local date, `YYYY-MM-DD`.' })
  date!: string;

  @Field(() => [OpenHoursType], { description: 'Its hours, in place of those of the weekday and of a holiday.' })
  hours!: readonly OpenHoursType[];
}

@ObjectType('YearRange', { description: 'Years of the local calendar, both included.', simpleResolvers: true })
export class YearRangeType {
  @Field(() => Int, { description: 'The first year.' })
  from!: number;

  @Field(() => Int, { description: 'The last year.' })
  to!: number;
}

@ObjectType('Calendar', {
  implements: NodeType,
  description: 'A business calendar of a policy version: what counts as open time.',
  simpleResolvers: true,
})
export class CalendarType extends NodeType {
  @Field(() => String, { description: 'Its name in the policy, by which targets refer to it.' })
  name!: string;
}

@ObjectType('CalendarReplacement', {
  description: 'A calendar that stands in for another of the same policy.',
  simpleResolvers: true,
})
export class CalendarReplacementType {
  @Field(() => String, { description: "The name that the policy's targets give, e.g. `business`." })
  replaces!: string;

  @Field(() => String, { description: 'The name of the calendar that is counted on in its place.' })
  with!: string;
}

export const replacementsOf = (calendars: CalendarReplacements): readonly CalendarReplacementType[] =>
  Object.entries(calendars)
    .map(([replaces, name]) => ({ replaces, with: name }))
    .sort((a, b) => (a.replaces < b.replaces ? -1 : 1));

const hoursOf = (intervals: readonly LocalInterval[]): OpenHoursType[] =>
  intervals.map(([opens, closes]) => ({ opens, closes }));

const YEARS = 'takes a year from 1 to 9999';

@Resolver(() => CalendarType)
export class CalendarResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() { policy, name }: CalendarView): string {
    return toGlobalId('Calendar', `${policy.id}/${policy.version}/${name}`);
  }

  @FieldResolver(() => String, { description: 'The IANA zone of its local times, e.g. `America/New_York`.' })
  timeZone(@Root() { definition }: CalendarView): string {
    return definition.timeZone;
  }

  @FieldResolver(() => [WeekdayHoursType], { description: 'The regular hours, Monday first.' })
  week(@Root() { definition }: CalendarView): readonly WeekdayHoursType[] {
    return WEEKDAYS.map((weekday) => ({ weekday, hours: hoursOf(definition.week[weekday] ?? []) }));
  }

  @FieldResolver(() => [HolidayType], { description: 'The closed dates of some years, in order.' })
  holidays(
    @Root() { definition }: CalendarView,
    @Ctx() { now }: RequestContext,
    @Arg('from', () => Int, {
      nullable: true,
      description: 'The first year, 1 to 9999; the present one where left out.',
    })
    from: number | null | undefined,
    @Arg('to', () => Int, { nullable: true, description: 'The last year, 1 to 9999; the first where left out.' })
    to: number | null | undefined,
  ): readonly HolidayType[] {
    const first = from ?? Math.min(to ?? 9999, Number(toIso(now).slice(0, 4)));
    const last = to ?? first;
    if ([first, last].some((year) => year < 1 || year > 9999)) throw badInput(`from and to: each ${YEARS}.`);
    const yearOf = (date: string): number => Number(date.slice(0, 4));
    return definition.holidays
      .filter((date) => yearOf(date) >= first && yearOf(date) <= last)
      .sort()
      .map((date) => ({ date, name: definition.holidayNames?.[date] ?? null }));
  }

  @FieldResolver(() => [SpecialHoursType], { description: 'The dates with hours of their own, in order.' })
  special(@Root() { definition }: CalendarView): readonly SpecialHoursType[] {
    return Object.entries(definition.special)
      .map(([date, intervals]) => ({ date, hours: hoursOf(intervals) }))
      .sort((a, b) => (a.date < b.date ? -1 : 1));
  }

  @FieldResolver(() => YearRangeType, {
    nullable: true,
    description: 'The years whose holidays are known: nothing is promised beyond them. Null where it has none to know.',
  })
  knownYears(@Root() { definition }: CalendarView): YearRangeType | null {
    return definition.knownYears ?? null;
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether it is open at an instant. Null only with an error BEYOND_CALENDAR.',
  })
  isOpen(
    @Root() { compiled }: CalendarView,
    @Ctx() { now }: RequestContext,
    @Arg('at', () => DateTimeScalar, { nullable: true, description: 'The instant; that of the answer where left out.' })
    at: EpochMs | null | undefined,
  ): boolean {
    return compiled.isOpen(at ?? now);
  }
}
