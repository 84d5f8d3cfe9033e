import { type BusinessCalendar, compileCalendar } from '../calendar/business-calendar';
import type { Policy, PolicyDocument } from './policy';

/**
 * Compiles the calendars of a validated document and adds its version number.
 *
 * @param version the number under which the policy was published, counted from 1
 * @throws CalendarError if a calendar cannot be compiled, e.g. for an unknown time zone
 */
export function compilePolicy(document: PolicyDocument, version: number): Policy {
  const compiledCalendars = new Map<string, BusinessCalendar>();
  for (const [name, definition] of Object.entries(document.calendars)) {
    compiledCalendars.set(name, compileCalendar(definition));
  }
  return { ...document, version, compiledCalendars, replacements: {} };
}
