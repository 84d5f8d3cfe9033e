import { thousands } from '../../domain/thousands';

/**
 * The events of an iCalendar file (RFC 5545), read by `ical.js` (MPL 2.0).
 * https://github.com/kewisch/ical.js
 */

/** A property in jCal (RFC 7265): name, parameters, type and values. */
export type IcsProperty = readonly [name: string, parameters: object, type: string, ...values: unknown[]];

/** An event as its properties, and the line at which it begins, counted from 1. */
export interface IcsEvent {
  readonly line: number;
  readonly properties: readonly IcsProperty[];
}

/** A part of the file that cannot be used. Without a line, it is the whole file. */
export interface IcsProblem {
  readonly line?: number;
  readonly message: string;
}

const MAX_EVENTS = 5_000;
/** An event has alarms, and they have nothing inside them. */
const MAX_DEPTH = 10;

/** Loads the library, which is needed only if a policy names an iCalendar file. */
const library = (): { readonly parse: (text: string) => unknown } => require('ical.js') as ReturnType<typeof library>;

/**
 * The events of a text. Each is parsed by itself, so that a problem has its line, and nothing else
 * of the file is looked at.
 */
export function icsEvents(text: string, report: (problem: IcsProblem) => void): readonly IcsEvent[] {
  const lines = text.split('\n');
  const found = eventBlocks(lines);
  if (!Array.isArray(found)) {
    report(found);
    return [];
  }
  const ical = library();
  return found.flatMap(([begin, end]) => {
    const event = { line: begin + 1 };
    try {
      const [name, properties] = ical.parse(lines.slice(begin, end + 1).join('\n')) as [string, IcsProperty[]];
      if (name === 'vevent') return { ...event, properties };
      report({ ...event, message: 'the event has a line that continues no other' });
    } catch (error) {
      report({ ...event, message: `the event cannot be read: ${(error as Error).message}` });
    }
    return [];
  });
}

/** The first and the last line of each event, counted from 0; or why the file is none. */
function eventBlocks(lines: readonly string[]): (readonly [begin: number, end: number])[] | IcsProblem {
  const blocks: [number, number][] = [];
  const open: string[] = [];
  let begin = 0;
  for (const [index, written] of lines.entries()) {
    const line = index + 1;
    if (written.includes('\0')) return { line, message: 'has a NUL character' };
    const [, keyword = '', component = ''] = /^(BEGIN|END):\s*([\w-]+)\s*$/i.exec(written) ?? [];
    const name = component.toUpperCase();
    if (open.length === 0 && name !== 'VCALENDAR' && written.trim() !== '') {
      return { line, message: 'takes BEGIN:VCALENDAR here; the file is not an iCalendar file' };
    }
    if (keyword.toUpperCase() === 'BEGIN') {
      if (open.length === MAX_DEPTH) return { line, message: `is nested deeper than ${MAX_DEPTH} levels` };
      if (name === 'VEVENT' && open.length === 1) begin = index;
      open.push(name);
    } else if (keyword !== '') {
      if (open.pop() !== name) return { line, message: `END:${name} has no BEGIN:${name}` };
      if (name !== 'VEVENT' || open.length !== 1) continue;
      blocks.push([begin, index]);
      if (blocks.length > MAX_EVENTS) return { message: `has more than ${thousands(MAX_EVENTS)} events` };
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) return { message: `ends before END:${unclosed}` };
  return lines.some((line) => line.trim() !== '') ? blocks : { message: 'is empty' };
}
