import type { Pool } from 'pg';
import { OWN_WORK } from '../../../application/ports/caller';
import {
  CursorExpired,
  type EventLog,
  type LogBounds,
  type LogPage,
  type LogScope,
  type PlacedEvent,
  type UnreadableEntry,
  WHOLE_LOG,
} from '../../../application/ports/event-log';
import type { LogPosition } from '../../../application/ports/logged-event';
import { TooMuchText } from '../../../application/ports/texts-read';
import { UnreadableEvent } from '../../../domain/ticket/upcast';
import { batched } from '../database/batched';
import { isLocked } from '../database/database-errors';
import { type Lane, lanesOf } from '../database/lanes';
import { type Queryable, readRows, rowsOf } from '../database/sql';
import { retryWhileLocked } from '../database/transact';
import { loggedEventOf, type SelectedEvent } from '../tickets/event-row';
import {
  LOG_BOUNDS,
  PLACE_EVENTS,
  POSITIONS_OF,
  READ_LOG,
  READ_LOG_OF_CLIENTS,
  READ_LOG_OF_TICKET,
} from './statements/read-log';

/** The most events that get positions in one statement, which takes about 50 ms then. */
const MOST_PLACED = 5_000;

interface PlacementRow {
  readonly newest: string;
  readonly placed: number;
  readonly is_complete: boolean;
}

/** A log, as the feed of a process follows it. */
export interface FollowedLog extends EventLog {
  /**
   * Gives positions to a batch of events, if no other process does so at the moment.
   *
   * @returns null if another process does; whether there may be more
   */
  tryPlace(): Promise<{ readonly newest: LogPosition; readonly isComplete: boolean } | null>;
}

/** @param readingLane of the reads; positions are given by that of the feed */
export function createEventLog(pool: Pool, readingLane: 'feed' | 'lookups' = 'feed'): FollowedLog {
  const lanes = lanesOf(pool);
  const { feed } = lanes;
  const placeOnce = async (isWaiting: boolean): Promise<PlacementRow | undefined> => {
    const [row] = await rowsOf<PlacementRow>(feed.ownWork, { ...PLACE_EVENTS, values: [isWaiting, MOST_PLACED] });
    return row;
  };
  // Those who ask while one statement is under way share the next one.
  const place = shared(async () => {
    for (;;) {
      const row = await retryWhileLocked(feed, () => placeOnce(true));
      if (row === undefined) throw new Error('place_events returned no row although it waited');
      if (row.is_complete) return Number(row.newest);
    }
  });
  const positionOf = positionsOf(lanes.lookups, place);
  return {
    place,
    tryPlace: async () => {
      const row = await placeOnce(false).catch((error: unknown) => {
        // An operator or an erasure has locked the table, which a later attempt finds unlocked.
        if (isLocked(error)) return undefined;
        throw error;
      });
      return row === undefined ? null : { newest: Number(row.newest), isComplete: row.is_complete };
    },
    bounds: () => boundsOf(feed.ownWork),
    after: (position, limit, scope = WHOLE_LOG) => readAfter(lanes[readingLane], position, limit, scope),
    positionOf,
  };
}

async function boundsOf(on: Queryable): Promise<LogBounds> {
  const [row] = await readRows<{ removed_to: string; newest: string }>(on, LOG_BOUNDS);
  return { removedTo: Number(row?.removed_to ?? 0), newest: Number(row?.newest ?? 0) };
}

const statementFor = (position: LogPosition, limit: number, { sees, ticketId }: LogScope) => {
  if (ticketId !== null) return { ...READ_LOG_OF_TICKET, values: [position, limit, ticketId] };
  if (sees !== 'ALL') return { ...READ_LOG_OF_CLIENTS, values: [position, limit, sees] };
  return { ...READ_LOG, values: [position, limit] };
};

/** The characters of texts that one read may have. A longer page is read in parts. */
const MOST_CHARACTERS = 2_000_000;

interface Row extends SelectedEvent {
  readonly position: string;
  readonly is_expired: boolean;
  /** Null if no position was given yet. */
  readonly newest: string | null;
}

/** @throws CursorExpired */
async function readAfter(lane: Lane, position: LogPosition, limit: number, scope: LogScope): Promise<LogPage> {
  const texts = { characters: 0, most: limit === 1 ? Number.POSITIVE_INFINITY : MOST_CHARACTERS };
  let rows: readonly Row[];
  try {
    rows = await readRows<Row>(lane.under(OWN_WORK, texts), statementFor(position, limit, scope));
  } catch (error) {
    if (!(error instanceof TooMuchText) || limit === 1) throw error;
    return { ...(await readAfter(lane, position, Math.ceil(limit / 4), scope)), isFull: true };
  }
  const { is_expired: isExpired = false, newest = null } = rows[0] ?? {};
  if (isExpired) throw new CursorExpired();
  const found = rows.filter(({ ticket_id }) => ticket_id !== null);
  const isFull = found.length === limit;
  const last = found.at(-1)?.position ?? position;
  return { ...entriesOf(found), next: isFull ? Number(last) : Math.max(Number(last), Number(newest)), isFull };
}

function entriesOf(rows: readonly Row[]): Pick<LogPage, 'entries' | 'unreadable'> {
  const entries: PlacedEvent[] = [];
  const unreadable: UnreadableEntry[] = [];
  for (const row of rows) {
    try {
      entries.push({ ...loggedEventOf(row), position: Number(row.position) });
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      unreadable.push({ position: Number(row.position), clientId: row.client_id, error });
    }
  }
  return { entries, unreadable };
}

/** The look-up of positions; those of one turn of the event loop go into one statement. */
function positionsOf(lane: Lane, place: () => Promise<unknown>): (eventId: string) => Promise<LogPosition> {
  const lookUp = batched<LogPosition>(lane, async (ids, on) => {
    const rows = await rowsOf<{ event_id: string; position: string }>(on, { ...POSITIONS_OF, values: [ids] });
    return new Map(rows.map((row) => [row.event_id, Number(row.position)]));
  });
  return async (eventId) => {
    const known = await lookUp(OWN_WORK, eventId);
    if (known !== null) return known;
    await place();
    const placed = await lookUp(OWN_WORK, eventId);
    if (placed === null) throw new Error(`Event ${eventId} has no position`);
    return placed;
  };
}

/** Calls that come while one is running wait for it and share the next. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  const start = (): Promise<T> => {
    running = work().finally(() => {
      running = null;
    });
    return running;
  };
  return () => {
    if (running === null) return start();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        return start();
      });
    return next;
  };
}
