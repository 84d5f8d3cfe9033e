import { type CalendarDefinition, isUnanswerable, isYearly } from '../calendar/business-calendar';
import { addSpan } from '../commitment/commitment';
import { DAY_MS, type EpochMs } from '../instant';
import type { Severity } from '../severity';
import { type CommitmentKind, type Policy, targetsOf } from './policy';

/** A calendar of a policy that does not know the time up to the end of a target that starts now. */
export interface CalendarEnd {
  readonly calendar: string;
  /** The last year whose holidays, or dates with hours, the calendar knows. */
  readonly knownUntil: number;
  /** The first target that does not fit, by severity and kind. */
  readonly severity: Severity;
  readonly kind: CommitmentKind;
}

/** The calendars on which a target that starts now cannot be computed, each once. */
export function calendarsEndingBeforeTargets(policy: Policy, now: EpochMs): readonly CalendarEnd[] {
  const found = new Map<string, CalendarEnd>();
  for (const level of policy.severities) {
    const { severity } = level;
    for (const [kind, { span }] of targetsOf(level)) {
      if (span === null || found.has(span.calendar)) continue;
      try {
        addSpan(policy, now, span);
      } catch (error) {
        if (!isUnanswerable(error)) throw error;
        const { calendar } = span;
        found.set(calendar, { calendar, knownUntil: lastYearOf(policy, calendar) ?? 9999, severity, kind });
      }
    }
  }
  return [...found.values()];
}

/** How long before the end of a calendar the operator is warned. */
const WARN_BEFORE_MS = 366 * DAY_MS;

/**
 * The calendars of targets that end within a year, or before a target that starts now.
 *
 * @returns their names and last known years
 */
export function calendarsEndingSoon(
  policy: Policy,
  now: EpochMs,
): readonly Pick<CalendarEnd, 'calendar' | 'knownUntil'>[] {
  const spans = policy.severities.flatMap((level) => targetsOf(level).map(([, { span }]) => span));
  const names = new Set([...spans, policy.closeAfterSilence].flatMap((span) => span?.calendar ?? []));
  const tooShort = new Set(calendarsEndingBeforeTargets(policy, now).map(({ calendar }) => calendar));
  return [...names].flatMap((calendar) => {
    const knownUntil = lastYearOf(policy, calendar);
    if (knownUntil === null) return [];
    const isSoon = tooShort.has(calendar) || Date.UTC(knownUntil + 1, 0, 1) - WARN_BEFORE_MS <= now;
    return isSoon ? [{ calendar, knownUntil }] : [];
  });
}

/** The last year that a calendar knows; null if it has no end. */
function lastYearOf(policy: Policy, calendar: string): number | null {
  const definition = policy.calendars[calendar];
  if (definition === undefined) return null;
  const years = [definition.knownYears?.to, lastSpecialYear(definition)].filter((year) => year !== undefined);
  return years.length === 0 ? null : Math.min(...years);
}

/** The year of the last open date; undefined if the calendar has hours every week or every year. */
function lastSpecialYear({ week, special }: CalendarDefinition): number | undefined {
  if (Object.values(week).some((intervals) => intervals.length > 0)) return undefined;
  const open = Object.keys(special).filter((date) => special[date]?.length !== 0);
  return open.some(isYearly) ? undefined : Math.max(...open.map((date) => Number(date.slice(0, 4))));
}
