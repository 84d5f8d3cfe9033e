import type { EpochMs } from '../../domain/instant';
import type { LoggedEvent } from '../ports/events';
import type { AsOf } from '../ports/stored-ticket';

/**
 * The history that a ticket had as of an instant: of its events, given in their order, those that had happened by then and
 * were recorded by `knownAt`. None follows one that is left out.
 *
 * What the clock alone brought about is recorded some time after its instant, and until then every answer derives it. So
 * where the ticket was with us by then, such events at the end are in only if they were recorded by then.
 */
export function historyAsOf<Event extends LoggedEvent>(
  events: readonly Event[],
  { at, knownAt }: AsOf,
): readonly Event[] {
  const isIn = (event: Event): boolean => hasHappened(event, at) && (knownAt === null || event.recordedAt <= knownAt);
  const end = events.findIndex((event) => !isIn(event));
  const history = end < 0 ? events : events.slice(0, end);
  const [first] = history;
  if (first === undefined || first.recordedAt > at) return history;
  const last = history.findLastIndex((event) => !isOfTheClock(event) || event.recordedAt <= at);
  return history.slice(0, last + 1);
}

/** What fell due exists from the next millisecond on; a mark is reached at its own. */
const hasHappened = (event: LoggedEvent, at: EpochMs): boolean =>
  isOfTheClock(event) && event.type !== 'MARK_REACHED' ? event.at < at : event.at <= at;

const isOfTheClock = (event: LoggedEvent): boolean =>
  event.type === 'MARK_REACHED' ||
  (event.type === 'COMMITMENT_BREACHED' && event.breach.cause === 'DUE') ||
  (event.type === 'CLOSED' && event.cause === 'SILENCE');
