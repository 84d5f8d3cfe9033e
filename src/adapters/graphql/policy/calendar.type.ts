import { Arg, Ctx, Field, FieldResolver, ID, Int, ObjectType, Resolver, Root } from 'type-graphql';
import {
  type BusinessCalendar,
  type CalendarDefinition,
  isYearly,
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

/** A named calendar of one policy version. */
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

/** The calendars of a policy in the order of their names: the database keeps no order of fields. */
export const calendarsOf = (policy: Policy): readonly CalendarView[] =>
  Object.keys(policy.calendars)
    .sort()
    .flatMap((name) => calendarView(policy, name) ?? []);

@ObjectType('OpenHours', {
  description: 'One interval of open time within a day, in the local time of the calendar.',
  simpleResolvers: true,
})
export class OpenHoursType {
  @Field(() => String, { description: 'The local opening time, as `HH:MM` or `HH:MM:SS`. Inclusive.' })
  opens!: string;

  @Field(() => String, {
    description: 'The local closing time, as `HH:MM` or `HH:MM:SS`; `24:00` is the end of the day. Exclusive.',
  })
  closes!: string;
}

@ObjectType('WeekdayHours', { description: 'The regular opening hours of one day of the week.', simpleResolvers: true })
export class WeekdayHoursType {
  @Field(() => WeekdayEnum, { description: 'The day of the week.' })
  weekday!: Weekday;

  @Field(() => [OpenHoursType], {
    description: 'The open intervals of the day, in local time. Empty when the calendar is closed on that day.',
  })
  hours!: readonly OpenHoursType[];
}

@ObjectType('Holiday', {
  description:
    'A local date on which the calendar is closed, all day or for a part of the day. Special hours of the date take precedence.',
  simpleResolvers: true,
})
export class HolidayType {
  @Field(() => String, { description: "The date in the calendar's time zone, as `YYYY-MM-DD`." })
  date!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the holiday. Null when the policy does not name it.',
  })
  name!: string | null;

  @Field(() => String, {
    description: 'The local time at which the holiday begins, as `HH:MM` or `HH:MM:SS`; `00:00` for a whole day.',
  })
  from!: string;

  @Field(() => String, {
    description:
      'The local time at which the holiday ends, as `HH:MM` or `HH:MM:SS`; `24:00` is the end of the day. Exclusive.',
  })
  to!: string;
}

@ObjectType('SpecialHours', {
  description: 'Opening hours that apply to one date, or to the same date of every year.',
  simpleResolvers: true,
})
export class SpecialHoursType {
  @Field(() => String, {
    description: "The date in the calendar's time zone, as `YYYY-MM-DD`, or as `MM-DD` when `yearly` is true.",
  })
  date!: string;

  @Field(() => Boolean, {
    description:
      'Whether the hours apply every year. `02-29` applies in leap years. The hours of a single date replace those of every year.',
  })
  yearly!: boolean;

  @Field(() => [OpenHoursType], {
    description:
      'The open intervals of the date, in local time. They replace the hours of the weekday, also on a holiday. Empty when the calendar is closed on that date.',
  })
  hours!: readonly OpenHoursType[];
}

@ObjectType('YearRange', { description: 'A range of calendar years. Both ends are included.', simpleResolvers: true })
export class YearRangeType {
  @Field(() => Int, { description: 'The first year of the range.' })
  from!: number;

  @Field(() => Int, { description: 'The last year of the range.' })
  to!: number;
}

@ObjectType('Calendar', {
  implements: NodeType,
  description: 'A business calendar of a policy version. It defines which time counts as business time.',
  simpleResolvers: true,
})
export class CalendarType extends NodeType {
  @Field(() => String, {
    description:
      'The name of the calendar, which the targets of the policy refer to. Unique within the policy version.',
  })
  name!: string;
}

@ObjectType('CalendarReplacement', {
  description: 'Replaces one calendar of a policy with another calendar of the same policy.',
  simpleResolvers: true,
})
export class CalendarReplacementType {
  @Field(() => String, {
    description: "The name of the calendar that the policy's targets refer to, such as `business`.",
  })
  replaces!: string;

  @Field(() => String, { description: 'The name of the calendar that is used instead.' })
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

  @FieldResolver(() => String, {
    description:
      'The IANA name of the time zone of all local times and dates of the calendar, such as `America/New_York`.',
  })
  timeZone(@Root() { definition }: CalendarView): string {
    return definition.timeZone;
  }

  @FieldResolver(() => [WeekdayHoursType], {
    description: 'The regular opening hours of all seven days of the week, Monday first.',
  })
  week(@Root() { definition }: CalendarView): readonly WeekdayHoursType[] {
    return WEEKDAYS.map((weekday) => ({ weekday, hours: hoursOf(definition.week[weekday] ?? []) }));
  }

  @FieldResolver(() => [HolidayType], {
    description: 'The holidays in a range of years, in ascending order of date and time.',
  })
  holidays(
    @Root() { definition }: CalendarView,
    @Ctx() { now }: RequestContext,
    @Arg('from', () => Int, {
      nullable: true,
      description:
        'The first year of the range, from 1 to 9999. Defaults to the current year in UTC, or to `to` if that is earlier.',
    })
    from: number | null | undefined,
    @Arg('to', () => Int, {
      nullable: true,
      description: 'The last year of the range, from 1 to 9999. Defaults to the first year.',
    })
    to: number | null | undefined,
  ): readonly HolidayType[] {
    const first = from ?? Math.min(to ?? 9999, Number(toIso(now).slice(0, 4)));
    const last = to ?? first;
    if ([first, last].some((year) => year < 1 || year > 9999)) throw badInput(`from and to: each ${YEARS}.`);
    const yearOf = (date: string): number => Number(date.slice(0, 4));
    return definition.holidays
      .filter((holiday) => {
        const year = yearOf(typeof holiday === 'string' ? holiday : holiday.date);
        return year >= first && year <= last;
      })
      .map((holiday) =>
        typeof holiday === 'string'
          ? { date: holiday, from: '00:00', to: '24:00', name: definition.holidayNames?.[holiday] ?? null }
          : holiday,
      )
      .sort((a, b) => (a.date + a.from < b.date + b.from ? -1 : 1));
  }

  @FieldResolver(() => [SpecialHoursType], {
    description:
      'The dates with special opening hours, first those of every year, then the single dates, each in ascending order of date.',
  })
  special(@Root() { definition }: CalendarView): readonly SpecialHoursType[] {
    return Object.entries(definition.special)
      .map(([date, intervals]) => ({ date, yearly: isYearly(date), hours: hoursOf(intervals) }))
      .sort((a, b) => Number(b.yearly) - Number(a.yearly) || (a.date < b.date ? -1 : 1));
  }

  @FieldResolver(() => YearRangeType, {
    nullable: true,
    description:
      'The years for which the holidays are known. A deadline that would need a year outside the range is refused. Null when the calendar needs no holidays, so that every year is known.',
  })
  knownYears(@Root() { definition }: CalendarView): YearRangeType | null {
    return definition.knownYears ?? null;
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'Whether the calendar is open at a given date and time. Null only together with a `BEYOND_CALENDAR` error.',
  })
  isOpen(
    @Root() { compiled }: CalendarView,
    @Ctx() { now }: RequestContext,
    @Arg('at', () => DateTimeScalar, {
      nullable: true,
      description: 'The date and time to look at. Defaults to the time of the request.',
    })
    at: EpochMs | null | undefined,
  ): boolean {
    return compiled.isOpen(at ?? now);
  }
}
