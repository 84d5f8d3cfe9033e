import type { EpochMs } from '../instant';
import type { Policy } from '../policy/policy';
import { isBlank } from '../text';
import type { Refusal } from './refusals';
import type { Ticket } from './ticket';
import type { RecordedAct } from './ticket-events';

/** What is known of a command, or of a submission, that says when it happened: mostly late. */
export interface LateEntry {
  /** When it is recorded. */
  readonly now: EpochMs;
  /** Why it is recorded later than it happened. Null if that was not said. */
  readonly reason: string | null;
  /** The ticket's last event that was not caused by time. Null if none can be in the way. */
  readonly lastAct: RecordedAct | null;
}

/**
 * The refusal of the instant of a command. Without an entry, the instant must not be before the
 * last event of the ticket. With one, it must not be in the future, nor before the last event that
 * a person caused: marks and breaches that were recorded in the meantime are not in the way.
 */
export function timeRefusal(ticket: Ticket, at: EpochMs, entry: LateEntry | null): Refusal | null {
  const { lastEventAt } = ticket;
  if (entry === null) return at < lastEventAt ? { code: 'OutOfOrder', at, lastEventAt, event: null } : null;
  if (at > entry.now) return { code: 'InTheFuture', occurredAt: at, now: entry.now };
  const { lastAct } = entry;
  return lastAct !== null && at < lastAct.at
    ? { code: 'OutOfOrder', at, lastEventAt: lastAct.at, event: lastAct }
    : null;
}

/** The refusal of an entry that is late and says no reason. */
export const reasonRefusal = (
  at: EpochMs,
  { now, reason }: Pick<LateEntry, 'now' | 'reason'>,
  { lateEntryMs }: Policy,
): Refusal | null =>
  now - at > lateEntryMs && isBlank(reason ?? '')
    ? { code: 'ReasonNeeded', occurredAt: at, threshold: lateEntryMs }
    : null;

/** The reason of an entry as its event records it; nothing if there is none. */
export const lateReasonOf = (entry: Pick<LateEntry, 'reason'> | null): { readonly lateReason?: string } =>
  entry === null || entry.reason === null || isBlank(entry.reason) ? {} : { lateReason: entry.reason };
