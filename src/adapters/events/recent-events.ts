import type { PlacedEvent } from '../../application/ports/event-log';
import type { LogPosition } from '../../application/ports/logged-event';
import { textIn } from '../../application/ports/texts-read';
import type { DurationMs } from '../../domain/instant';

/** How much of the end of the log a process keeps in memory for its subscribers. */
export const RECENT_LIMITS = {
  events: 10_000,
  /** In UTF-16 units. An event with the longest texts has about 150,000. */
  characters: 32_000_000,
  /** For how long, in milliseconds, so that texts which were erased do not stay. */
  keptMs: 60_000,
} as const;

export type RecentLimits = Readonly<Record<keyof typeof RECENT_LIMITS, number>>;

/** What an event occupies besides its texts, in the same unit. */
const EVENT_CHARACTERS = 1_000;
/** Forgotten entries are removed together, because that moves all the others. */
const SPARE_ENTRIES = 1_000;
/** What is read within this time is forgotten together. */
const READ_MS = 1_000;

/** A time from which on, for `READ_MS`, the log was read up to a position. */
interface Read {
  readonly at: DurationMs;
  newest: LogPosition;
}

/**
 * The end of the log: all events after `from`, up to `newest`. Subscribers read it at their own
 * pace; one that is before `from` reads the database.
 */
export class RecentEvents {
  /** All events after this position are here. */
  from: LogPosition;
  private entries: PlacedEvent[] = [];
  /** How many at the beginning of `entries` are forgotten. */
  private forgotten = 0;
  private characters = 0;
  /** The earliest first. */
  private reads: Read[] = [];

  constructor(
    /** The last position that was read from the log. */
    public newest: LogPosition,
    private readonly limits: RecentLimits = RECENT_LIMITS,
  ) {
    this.from = newest;
  }

  /**
   * Adds what was read from the log after `newest`, up to the position `to`.
   *
   * @param now by a clock that never goes back
   */
  add(entries: readonly PlacedEvent[], to: LogPosition, now: DurationMs): void {
    this.note(to, now);
    for (const entry of entries) {
      this.entries.push(entry);
      this.characters += sizeOf(entry);
    }
    this.newest = to;
    while (
      this.entries.length - this.forgotten > this.limits.events ||
      (this.characters > this.limits.characters && this.entries.length - this.forgotten > 1)
    ) {
      this.forgetFirst();
    }
    this.forgetOld(now);
    if (this.forgotten > SPARE_ENTRIES) this.dropForgotten();
  }

  /** Forgets what was read too long ago. */
  forgetOld(now: DurationMs): void {
    let last = 0;
    while (this.reads[0] !== undefined && this.reads[0].at < now - this.limits.keptMs) {
      last = this.reads.shift()?.newest ?? last;
    }
    if (last <= this.from) return;
    while ((this.entries[this.forgotten]?.position ?? Number.POSITIVE_INFINITY) <= last) this.forgetFirst();
    this.dropForgotten();
  }

  /** Forgets all events; the log is to be read on from `newest`. */
  restart(newest: LogPosition): void {
    this.entries = [];
    this.forgotten = 0;
    this.characters = 0;
    this.reads = [];
    this.newest = newest;
    this.from = newest;
  }

  /**
   * Calls `visit` with the events after a position until it returns false. The position must not be
   * before `from`.
   */
  visitAfter(position: LogPosition, visit: (event: PlacedEvent) => boolean): void {
    for (let at = this.indexAfter(position); at < this.entries.length; at++) {
      const entry = this.entries[at];
      if (entry === undefined || !visit(entry)) return;
    }
  }

  private note(newest: LogPosition, now: DurationMs): void {
    const last = this.reads.at(-1);
    if (last !== undefined && now < last.at + READ_MS) last.newest = newest;
    else this.reads.push({ at: now, newest });
  }

  private forgetFirst(): void {
    const first = this.entries[this.forgotten];
    if (first === undefined) return;
    this.forgotten += 1;
    this.characters -= sizeOf(first);
    this.from = first.position;
  }

  private dropForgotten(): void {
    this.entries = this.entries.slice(this.forgotten);
    this.forgotten = 0;
  }

  private indexAfter(position: LogPosition): number {
    let [low, high] = [this.forgotten, this.entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.entries[middle]?.position ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const sizes = new WeakMap<PlacedEvent, number>();

function sizeOf(event: PlacedEvent): number {
  const known = sizes.get(event);
  if (known !== undefined) return known;
  const size = EVENT_CHARACTERS + textIn(event);
  sizes.set(event, size);
  return size;
}
