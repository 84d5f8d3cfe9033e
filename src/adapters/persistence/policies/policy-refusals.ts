import type { ClientTerms } from '../../../application/ports/policies';
import type { EpochMs } from '../../../domain/instant';
import { calendarsEndingBeforeTargets } from '../../../domain/policy/calendar-ends';
import { unknownCalendars, withCalendars } from '../../../domain/policy/calendar-replacements';
import type { Policy, PolicyDocument } from '../../../domain/policy/policy';
import type { Refusal } from '../../../domain/ticket/refusals';
import type { TermsRow } from './client-terms';

/** The calendars that clients use and that this version of their policy would no longer have. */
export const calendarsInUse = (
  terms: readonly TermsRow[],
  policyId: string,
  document: PolicyDocument,
): readonly Refusal[] =>
  terms
    .filter(({ policy }) => (policy ?? policyId) === document.id)
    .flatMap(({ name, calendars }) =>
      unknownCalendars(document, calendars).map(
        (calendar): Refusal => ({ code: 'CalendarInUse', calendar, policy: document.id, client: name }),
      ),
    );

/**
 * The calendars of a new version that do not know the time of its targets, also as the clients have
 * replaced them.
 */
export function calendarsTooShort(
  terms: readonly TermsRow[],
  policyId: string,
  policy: Policy,
  now: EpochMs,
): readonly Refusal[] {
  const used = terms.filter((row) => (row.policy ?? policyId) === policy.id);
  return tooShort(policy, [{}, ...used.map(({ calendars }) => calendars)], now);
}

/** The calendars that end before a target of a policy, under any of several replacements. */
function tooShort(policy: Policy, replacements: readonly ClientTerms['calendars'][], now: EpochMs): readonly Refusal[] {
  // Of a copy, so that refused replacements are not kept as long as the policy.
  const own = { ...policy };
  const distinct = new Set(replacements.map((calendars) => withCalendars(own, calendars)));
  const ends = [...distinct].flatMap((one) => calendarsEndingBeforeTargets(one, now));
  return [...new Map(ends.map((end) => [end.calendar, end])).values()].map(
    ({ calendar, knownUntil, severity, kind }): Refusal => ({
      code: 'CalendarEndsTooSoon',
      calendar,
      policy: policy.id,
      knownUntil,
      severity,
      commitment: kind,
    }),
  );
}

/**
 * The first reason why a client cannot have these calendars under a policy; null if there is none.
 *
 * @param now the instant from which targets must be computable; null if that is not asked
 */
export function refusalOfTerms(
  policy: Policy,
  calendars: ClientTerms['calendars'],
  now: EpochMs | null,
): Refusal | null {
  const [unknown] = unknownCalendars(policy, calendars);
  const known = Object.keys(policy.calendars).sort();
  if (unknown !== undefined) return { code: 'UnknownCalendar', calendar: unknown, policy: policy.id, known };
  return now === null ? null : (tooShort(policy, [calendars], now)[0] ?? null);
}
