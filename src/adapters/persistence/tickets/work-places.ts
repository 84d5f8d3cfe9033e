import { WORK_REASONS, type WorkReason } from '../../../application/ports/work-list';
import type { EpochMs } from '../../../domain/instant';

/**
 * A place in the work list as a number, by which the list is ordered: the rank of the reason in the
 * bits from 50 on, and the instant, in milliseconds, in the others.
 */
export type Place = bigint;
const INSTANT_BITS = 50n;

/** After every other instant, for tickets that ask for nothing unless someone acts. */
const NEVER = Date.parse('9999-12-31T23:59:59.999Z');

/** The place of each reason in the list, from 1. */
export const rankOf = (reason: WorkReason): number => WORK_REASONS.indexOf(reason) + 1;

export const placeOf = (rank: number, at: EpochMs): Place => (BigInt(rank) << INSTANT_BITS) + BigInt(at);

/** The rank and the instant of a place. */
export function reasonAndInstant(place: Place): { readonly rank: number; readonly at: EpochMs | null } {
  const at = Number(BigInt.asUintN(Number(INSTANT_BITS), place));
  return { rank: Number(place >> INSTANT_BITS), at: at === NEVER ? null : at };
}

/** The rank of a ticket that waits is so much greater in the indexes, and its instant the chase. */
const WAITING = 10;

/** A part of an index, without its ends, and what to add to its places for those of the list. */
export interface PlaceRange {
  readonly after: Place;
  readonly before: Place;
  readonly shift: bigint;
}

const MAY_WAIT = WORK_REASONS.slice(rankOf('WAITING_TOO_LONG')).map(rankOf);

/**
 * The ranges of an index that make the list at an instant. A ticket that waits has its other reason
 * until its chase date, and is behind those that do not wait; from then on it waits too long.
 */
export function rangesAt(now: EpochMs): readonly PlaceRange[] {
  const chased = rankOf('WAITING_TOO_LONG');
  return [
    { after: placeOf(1, 0) - 1n, before: placeOf(WORK_REASONS.length + 1, 0), shift: 0n },
    ...MAY_WAIT.flatMap((rank) => {
      const waiting = rank + WAITING;
      const [begin, due, end] = [placeOf(waiting, 0), placeOf(waiting, now), placeOf(waiting + 1, 0)];
      return [
        { after: begin - 1n, before: due + 1n, shift: placeOf(chased, 0) - begin },
        { after: due, before: end, shift: placeOf(rank, 0) - begin },
      ];
    }),
  ];
}

/** The place in the list of a place in an index, as SQL, at an instant in milliseconds. */
export const listedPlace = (place: string, now: string): string => `CASE
  WHEN ${place} < ${placeOf(WAITING, 0)} THEN ${place}
  WHEN ${place} & ${placeOf(1, 0) - 1n} <= ${now} THEN (${place} & ${placeOf(1, 0) - 1n}) + ${placeOf(rankOf('WAITING_TOO_LONG'), 0)}
  ELSE ${place} - ${placeOf(WAITING, 0)} END`;

/** Whether a ticket is in the list. The condition of the indexes, word for word. */
export const IS_LISTED = `(t.state IN ('open', 'workaroundApplied')
  OR (t.state = 'resolved' AND t.awaiting_reply_since IS NOT NULL) OR t.has_proposed_waiver)`;

/** What the place depends on, in the order in which the function of the database takes it. */
const FACTS = [
  'state',
  'assignee',
  'severity',
  'call_severities',
  'call_recorded_at',
  'awaiting_reply_since',
  'has_proposed_waiver',
  'cycles',
  'proposal',
  'waits',
  'opened_at',
  'observed_until',
  'due_at',
  'next_deadline_at',
  'response_status',
  'response_at_risk_at',
  'update_status',
  'update_at_risk_at',
  'resolution_status',
  'resolution_at_risk_at',
]
  .map((column) => `t.${column}`)
  .join(', ');

/**
 * The place of a ticket at an instant, as SQL. Without an instant it is the place that holds until
 * the next deadline of the ticket, at which the engine writes its row again: the indexes have it.
 */
export const ticketPlace = (now = 'NULL'): string => `work_place(${now}, ${FACTS})`;
