import type { EpochMs } from '../../domain/instant';
import type { LoggedEvent } from '../ports/logged-event';
import type { AsOf } from '../ports/stored-ticket';

/**
 * The history of a ticket as of an instant: its events that had happened by then and were recorded
 * by `knownAt`, in the order in which they were recorded. A late entry can follow an event that
 * happened after it, so that the history is not always the beginning of the log.
 *
 * A mark or a breach is recorded some time after its instant; until then, every answer computes it.
 * So for a ticket that was stored by then, such events at the end are included only if they were
 * recorded by then.
 */
export function historyAsOf<Event extends LoggedEvent>(
  events: readonly Event[],
  { at, knownAt }: AsOf,
): readonly Event[] {
  const end = knownAt === null ? -1 : events.findIndex(({ recordedAt }) => recordedAt > knownAt);
  const known = end < 0 ? events : events.slice(0, end);
  const history = known.filter((event) => hasHappened(event, at));
  const [first] = history;
  if (first === undefined || first.recordedAt > at) return history;
  const last = history.findLastIndex((event) => !isOfTheClock(event) || event.recordedAt <= at);
  return history.slice(0, last + 1);
}

/** A breach exists from the millisecond after its due instant on; a mark from its instant on. */
const hasHappened = (event: LoggedEvent, at: EpochMs): boolean =>
  isOfTheClock(event) && event.type !== 'MARK_REACHED' ? event.at < at : event.at <= at;

const isOfTheClock = (event: LoggedEvent): boolean =>
  event.type === 'MARK_REACHED' ||
  (event.type === 'COMMITMENT_BREACHED' && event.breach.cause === 'DUE') ||
  (event.type === 'CLOSED' && event.cause === 'SILENCE');
