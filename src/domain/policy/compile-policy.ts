import { type BusinessCalendar, compileCalendar } from '../calendar/business-calendar';
import type { Policy, PolicyDocument } from './policy';

/**
 * A validated document made ready for decisions: its calendars compiled, its version number attached.
 *
 * @param version the number under which the policy was published, counted from 1
 * @throws CalendarError where a calendar cannot be compiled (an unknown zone, never open)
 */
export function compilePolicy(document: PolicyDocument, version: number): Policy {
  const compiledCalendars = new Map<string, BusinessCalendar>();
  for (const [name, definition] of Object.entries(document.calendars)) {
    compiledCalendars.set(name, compileCalendar(definition));
  }
  return { ...document, version, compiledCalendars, replacements: {} };
}
