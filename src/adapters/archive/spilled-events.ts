import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArchivedEvent, ArchivedEvents } from '../../application/ports/archive';
import { ArchiveError } from './archive-lines';

/**
 * The events of a ticket with so much text that they do not stay in memory. They are in a temporary
 * file, which has no name any more, so that it ends with the process in any case.
 *
 * @throws ArchiveError if the file cannot be written
 */
export function spillEvents(events: Iterable<ArchivedEvent>): ArchivedEvents {
  const file = inFolder(openUnnamed);
  const places: { readonly from: number; readonly length: number }[] = [];
  let end = 0;
  const push = (event: ArchivedEvent): void => {
    const bytes = Buffer.from(JSON.stringify(event));
    inFolder(() => {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(file, bytes, written, bytes.length - written, end + written);
      }
    });
    places.push({ from: end, length: bytes.length });
    end += bytes.length;
  };
  const read = ({ from, length }: (typeof places)[number]): ArchivedEvent => {
    const bytes = Buffer.alloc(length);
    for (let got = 0; got < length; ) got += readSync(file, bytes, got, length - got, from + got);
    return JSON.parse(bytes.toString()) as ArchivedEvent;
  };
  for (const event of events) push(event);
  return {
    get length() {
      return places.length;
    },
    at: (index) => {
      const place = places.at(index);
      return place === undefined ? undefined : read(place);
    },
    *[Symbol.iterator]() {
      for (const place of places) yield read(place);
    },
    push,
    close: () => closeSync(file),
  };
}

function openUnnamed(): number {
  const folder = mkdtempSync(join(tmpdir(), 'stepdown-restore-'));
  try {
    return openSync(join(folder, 'events'), 'w+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inFolder<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const reason = (error as Error).message;
    throw new ArchiveError(
      `A large ticket cannot be kept in the folder ${tmpdir()}: ${reason}. Set TMPDIR to another folder.`,
      { cause: error },
    );
  }
}
