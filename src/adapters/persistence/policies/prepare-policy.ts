import { setImmediate as turn } from 'node:timers/promises';
import { compileCalendar } from '../../../domain/calendar/business-calendar';
import { compilePolicy } from '../../../domain/policy/compile-policy';
import type { Policy, PolicyDocument } from '../../../domain/policy/policy';

/**
 * A document that is ready to be published. Both forms take a tenth of a second each for the
 * largest document, so they are made once, and before the lock of publishing is taken.
 */
export interface PreparedPolicy {
  /** Compiled, with 1 as its version. */
  readonly policy: Policy;
  readonly json: string;
}

/**
 * Compiles a document calendar by calendar, so that other requests have their turns.
 *
 * @throws CalendarError if it cannot be compiled, so that it is not published
 */
export async function preparePolicy(document: PolicyDocument): Promise<PreparedPolicy> {
  for (const definition of Object.values(document.calendars)) {
    await turn();
    compileCalendar(definition);
  }
  return { policy: compilePolicy(document, 1), json: JSON.stringify(document) };
}
