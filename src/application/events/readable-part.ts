import { UnreadableEvent } from '../../domain/ticket/upcast';
import type { LogPage, UnreadableEntry } from '../ports/event-log';
import type { LogPosition } from '../ports/logged-event';

/** The part of a page that this version of Stepdown can pass on to other systems. */
export interface ReadablePart extends LogPage {
  /** The event before which it ends, because a newer version wrote it; null if there is none. */
  readonly newer: UnreadableEntry | null;
}

/**
 * Ends a page before the first event that a newer version wrote: while processes of both versions
 * run, that event and those after it are for a process that can read it.
 */
export function readablePart(page: LogPage): ReadablePart {
  const newer = page.unreadable.find(({ error }) => isOfNewerVersion(error)) ?? null;
  return newer === null ? { ...page, newer } : { ...endBefore(newer, page), newer };
}

/** The part of a page before an event. */
export function endBefore(end: UnreadableEntry, { entries, unreadable }: LogPage): LogPage {
  // Positions have no gaps.
  const next: LogPosition = end.position - 1;
  return {
    entries: entries.filter(({ position }) => position <= next),
    unreadable: unreadable.filter(({ position }) => position <= next),
    next,
    isFull: false,
  };
}

/** Whether a newer version of Stepdown wrote what cannot be read. */
export const isOfNewerVersion = (error: unknown): error is UnreadableEvent =>
  error instanceof UnreadableEvent && error.remedy === 'UPGRADE';
