import { type BusinessSpan, type CalendarReplacements, type Policy, type Target, targetsOf } from './policy';

const made = new WeakMap<Policy, Map<string, Policy>>();

/**
 * The policy with some calendars replaced by others, in its targets and in `closeAfterSilence`.
 * Returns the same object for equal replacements.
 *
 * @param policy as published
 */
export function withCalendars(policy: Policy, replacements: CalendarReplacements): Policy {
  const names = Object.keys(replacements);
  if (names.length === 0) return policy;
  const key = JSON.stringify(names.sort().map((name) => [name, replacements[name]]));
  const known = made.get(policy) ?? new Map<string, Policy>();
  const replaced = known.get(key) ?? replace(policy, replacements);
  known.set(key, replaced);
  made.set(policy, known);
  return replaced;
}

function replace(policy: Policy, replacements: CalendarReplacements): Policy {
  // A map, because a calendar can have the name `constructor`.
  const standIns = new Map(Object.entries(replacements));
  const spanOf = (span: BusinessSpan): BusinessSpan => ({
    ...span,
    calendar: standIns.get(span.calendar) ?? span.calendar,
  });
  const targetOf = (target: Target): Target => ({
    ...target,
    span: target.span === null ? null : spanOf(target.span),
  });
  return {
    ...policy,
    replacements,
    severities: policy.severities.map((level) => ({
      ...level,
      targets: Object.fromEntries(targetsOf(level).map(([kind, target]) => [kind, targetOf(target)])),
    })),
    closeAfterSilence: spanOf(policy.closeAfterSilence),
  };
}

/** The calendars that the replacements name but the policy does not have. */
export function unknownCalendars(
  policy: Pick<Policy, 'calendars'>,
  replacements: CalendarReplacements,
): readonly string[] {
  const named = Object.entries(replacements).flat();
  return [...new Set(named)].filter((name) => !Object.hasOwn(policy.calendars, name));
}
