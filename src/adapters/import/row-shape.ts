import type { LogRow } from '../../application/import/plan-ticket';
import type { RowTally } from '../../application/import/row-tally';
import { type EpochMs, toIso } from '../../domain/instant';
import { nearestTo } from '../../domain/nearest';
import { isBlank } from '../../domain/text';
import type { Channel } from '../../domain/ticket/commands';
import { charactersOf, isAtMost, NAME, shortened } from '../../domain/value-rules';
import type { CsvRecord } from './csv-records';
import { ImportFileError } from './import-file-error';
import { instantReader } from './local-instant';
import { columnsOf, type MappingFile } from './mapping-file';

/** A row with its ticket and its rank among the rows of the ticket. */
export interface PlacedRow {
  readonly ticket: string;
  /**
   * The first sort key of the rows of a ticket, before their order in the file. Null if there is
   * none.
   */
  readonly rank: number | string | null;
  readonly row: LogRow;
}

/** How the records of one file become rows. */
export interface RowShape {
  /** The row of a record. Null if the row is left out; the tally then has the reason. */
  place(record: CsvRecord, tally: RowTally): PlacedRow | null;
  /** Whether the cells name a ticket and have a readable instant. */
  isRow(cells: readonly string[]): boolean;
}

/**
 * Binds a mapping to the header of a file.
 *
 * @param now rows after this instant are left out
 * @throws ImportFileError if the header names a column twice, or lacks one that the mapping names
 */
export function rowShape(header: readonly string[], mapping: MappingFile, path: string, now: EpochMs): RowShape {
  const index = columnIndex(header, mapping, path);
  const { ticket, event, state, priority, file } = mapping;
  const readInstant = instantReader(mapping.instants.format, mapping.instants.timeZone);

  const cell = (cells: readonly string[], column: string | undefined): string | null => {
    if (column === undefined) return null;
    const text = cells[index.get(column) ?? -1]?.trim();
    return text === undefined || text === '' || text === file.missing ? null : text;
  };
  const instants = (cells: readonly string[], column: string) => {
    const text = cell(cells, column);
    return text === null ? null : readInstant(text);
  };
  const subject = (cells: readonly string[]): string =>
    ticket.subject.replace(/\{([^{}]+)\}/g, (_, column: string) => cell(cells, column) ?? '–');
  const channel = (cells: readonly string[]): Channel =>
    ticket.channel?.values[cell(cells, ticket.channel.column) ?? ''] ?? ticket.channel?.otherwise ?? 'EXTRANET';
  const rank = (cells: readonly string[]): number | string | null => {
    if (ticket.order === 'file') return null;
    const text = cell(cells, ticket.order.column);
    return ticket.order.as === 'number' ? Number(text ?? Number.NaN) : text;
  };
  const clientOf = (cells: readonly string[]): string =>
    'name' in ticket.client ? ticket.client.name : (cell(cells, ticket.client.column) ?? '');
  const tooLong = (column: string, name: string): string | null =>
    isAtMost(NAME.max, name)
      ? null
      : `has a ${column} of ${charactersOf(name)} characters; at most ${NAME.max} are accepted`;
  // A name that identifies a ticket or a client is not shortened: two could become one.
  const unreadable = ({ problem, cells }: CsvRecord, id: string | null, ordered: number | string | null) => {
    if (problem !== null) return problem;
    if (id === null) return `has no ${ticket.id}`;
    if (isBlank(id)) return `has a ${ticket.id} of invisible characters only`;
    const long =
      tooLong(ticket.id, id) ?? ('name' in ticket.client ? null : tooLong(ticket.client.column, clientOf(cells)));
    if (long !== null) return long;
    if (typeof ordered === 'number' && Number.isNaN(ordered)) return 'has no number in the column that orders the rows';
    return null;
  };

  return {
    isRow: (cells) => cell(cells, ticket.id) !== null && instants(cells, event.at) !== null,
    place: (record, tally) => {
      const { line, cells } = record;
      const id = cell(cells, ticket.id);
      const ordered = rank(cells);
      const problem = unreadable(record, id, ordered);
      const named = shortened(id ?? '', NAME.max);
      if (problem !== null || id === null) {
        const detail = `the row ${problem ?? ''}; it is left out`;
        tally.report({ line, ticket: named, reason: 'UNREADABLE_ROW', detail, rows: 1 });
        return null;
      }
      const at = instants(cells, event.at);
      const openedAt = instants(cells, ticket.openedAt);
      if (at !== null && at[0] > now) {
        tally.ahead(at[0] - now, at[0]);
        const detail = `${event.at} is ${toIso(at[0])}, later than now, ${toIso(now)}; the row is left out`;
        tally.report({ line, ticket: named, reason: 'IN_THE_FUTURE', detail, rows: 1 });
        return null;
      }
      const row = {
        line,
        at: at?.[0] ?? null,
        openedAt: openedAt?.[0] ?? null,
        state: cell(cells, state.column),
        priority: cell(cells, priority.column),
        resolution: cell(cells, event.resolution),
        facts: {
          client: clientOf(cells),
          subject: subject(cells),
          description: cell(cells, ticket.description),
          reporter: cell(cells, ticket.reporter),
          assignee: cell(cells, ticket.assignee),
          channel: channel(cells),
          externalUrl: cell(cells, ticket.externalUrl),
          tags: ticket.tags.flatMap((tag) => cell(cells, tag) ?? []),
        },
      };
      const isAgain = at?.[1] !== undefined && at[1] <= now;
      return { ticket: id, rank: ordered, row: isAgain ? { ...row, atAgain: at[1] } : row };
    },
  };
}

/** The place of each column by its name. */
function columnIndex(header: readonly string[], mapping: MappingFile, path: string): ReadonlyMap<string, number> {
  const index = new Map<string, number>();
  for (const [at, name] of header.map((cell) => cell.trim()).entries()) {
    const first = index.get(name);
    // Spreadsheets write empty names after the last column.
    if (name !== '' && first !== undefined) {
      throw new ImportFileError(
        `${path} has two columns ${shown(name)}, the ${first + 1}. and the ${at + 1}.; rename one of them.`,
      );
    }
    index.set(name, at);
  }
  const missing = columnsOf(mapping).filter((name) => !index.has(name));
  if (missing.length === 0) return index;
  const lacking = missing.map((name) => {
    const nearest = nearestTo(name, index.keys(), 4);
    return nearest === undefined ? shown(name) : `${shown(name)} (did you mean ${shown(nearest)}?)`;
  });
  const names = [...index.keys()];
  const others = names.length - MAX_SHOWN_COLUMNS;
  const listed = names.slice(0, MAX_SHOWN_COLUMNS).map(shown).join(', ');
  throw new ImportFileError(
    `${path} has no column ${lacking.join(', ')}; its columns are ${listed}${others > 0 ? ` and ${others} more` : ''}.`,
  );
}

const MAX_SHOWN_COLUMNS = 50;
const MAX_SHOWN_LETTERS = 60;

/** A name from a file, quoted, in characters that every terminal can show. */
function shown(name: string): string {
  const letters = [...name];
  const cut = letters.length > MAX_SHOWN_LETTERS ? `${letters.slice(0, MAX_SHOWN_LETTERS).join('')}…` : name;
  return JSON.stringify(cut).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`,
  );
}
