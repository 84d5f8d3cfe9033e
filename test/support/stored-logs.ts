import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventOf } from '../../src/adapters/persistence/tickets/event-row';
import type { Ticket } from '../../src/domain/ticket/ticket';
import type { TicketEvent } from '../../src/domain/ticket/ticket-events';

/** The logs that earlier releases stored; see the README there. */
export const LOGS = join(__dirname, '../fixtures/logs');

/**
 * The row of an event as a log file holds it: instants as text, and without columns that came after
 * it.
 */
export interface StoredEventRow {
  readonly id: string;
  readonly ticket_id: string;
  readonly number: number;
  readonly type: string;
  readonly at: string;
  readonly actor: TicketEvent['actor'];
  readonly data: Readonly<Record<string, unknown>>;
  /** Absent from logs that are older than the column; the migration gave such rows 1. */
  readonly schema_version?: number;
}

export interface StoredLog {
  readonly release: string;
  readonly rows: readonly StoredEventRow[];
  /** The tickets as that release stored them. */
  readonly tickets: readonly Ticket[];
}

export function readStoredLog(release: string): StoredLog {
  const lines = readFileSync(join(LOGS, `${release}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly event?: StoredEventRow; readonly ticket?: Ticket });
  return {
    release,
    rows: lines.flatMap(({ event }) => (event === undefined ? [] : [event])),
    tickets: lines.flatMap(({ ticket }) => (ticket === undefined ? [] : [ticket])),
  };
}

/** Releases in order: `0.1.0-before-calendars` is earlier than `0.1.0`. */
export const STORED_RELEASES: readonly string[] = readdirSync(LOGS)
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => name.replace(/\.jsonl$/, ''))
  .sort((a, b) => `${a}~`.localeCompare(`${b}~`, 'en', { numeric: true, ignorePunctuation: false }));

/** The events of a ticket, read as they are read from the database. */
export const storedEvents = ({ rows }: StoredLog, ticketId: string): readonly TicketEvent[] =>
  rows
    .filter((row) => row.ticket_id === ticketId)
    .map((row) => eventOf({ ...row, schema_version: row.schema_version ?? 1, at: Date.parse(row.at) }));
