import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { LogRow, RowReport } from '../../application/import/plan-ticket';
import { OperatorError } from '../../application/operator-error';
import type { Channel } from '../../domain/ticket/commands';
import { charactersOf, isAtMost, NAME, shortened } from '../../domain/value-rules';
import { csvRecords } from './csv-records';
import { instantReader } from './local-instant';
import { columnsOf, type MappingFile } from './mapping-file';

/** A file that cannot be imported at all; the message says what to do. */
export class ImportFileError extends OperatorError {
  override readonly name = 'ImportFileError';
}

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

export interface ReadProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly rows: number;
}

/**
 * Reads a CSV file row by row; memory does not grow with the file. A row that cannot be read is
 * reported and left out.
 *
 * @throws ImportFileError if the file cannot be opened or lacks a column that the mapping names
 */
export async function* csvRows(
  path: string,
  mapping: MappingFile,
  report: (report: RowReport) => void,
  progress: (progress: ReadProgress) => void,
): AsyncGenerator<PlacedRow> {
  const totalBytes = await sizeOf(path);
  const file = createReadStream(path);
  let shape: RowShape | null = null;
  let rows = 0;
  try {
    for await (const record of csvRecords(file, mapping.file.delimiter)) {
      const { line } = record;
      if ('problem' in record) {
        if (shape === null)
          throw new ImportFileError(`The header of ${path} cannot be read: line ${line} ${record.problem}.`);
        report({ line, ticket: '', reason: 'UNREADABLE_ROW', detail: `the row ${record.problem}; it is left out` });
      } else if (shape === null) {
        shape = rowShape(record.cells, mapping, path);
      } else {
        rows += 1;
        const placed = shape(record.cells, line, report);
        if (placed !== null) yield placed;
        if (rows % 2000 === 0) progress({ bytes: file.bytesRead, totalBytes, rows });
      }
    }
  } catch (error) {
    throw readable(error, path);
  } finally {
    file.destroy();
  }
  if (shape === null) throw new ImportFileError(`${path} is empty; it needs a header line with the column names.`);
  progress({ bytes: totalBytes, totalBytes, rows });
}

async function sizeOf(path: string): Promise<number> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw new ImportFileError(`${path} is a folder; give a CSV file.`);
    return stats.size;
  } catch (error) {
    throw readable(error, path);
  }
}

function readable(error: unknown, path: string): Error {
  if (error instanceof ImportFileError) return error;
  const { code } = error as { code?: string };
  if (code === 'ENOENT') return new ImportFileError(`There is no file ${path}.`);
  if (code === 'EACCES') return new ImportFileError(`This user has no permission to read ${path}.`);
  return error instanceof Error ? error : new Error(String(error));
}

type RowShape = (record: readonly string[], line: number, report: (report: RowReport) => void) => PlacedRow | null;

/** Binds the mapping to the header of the file. */
function rowShape(header: readonly string[], mapping: MappingFile, path: string): RowShape {
  const index = new Map(header.map((name, at) => [name.trim(), at]));
  const missing = columnsOf(mapping).filter((name) => !index.has(name));
  if (missing.length > 0) {
    throw new ImportFileError(
      `${path} has no column ${missing.map((name) => `"${name}"`).join(', ')}; its columns are ${header.join(', ')}.`,
    );
  }
  const { ticket, event, state, priority, file } = mapping;
  const readInstant = instantReader(mapping.instants.format, mapping.instants.timeZone);

  const cell = (record: readonly string[], column: string | undefined): string | null => {
    if (column === undefined) return null;
    const text = record[index.get(column) ?? -1]?.replaceAll('\u0000', '').trim();
    return text === undefined || text === '' || text === file.missing ? null : text;
  };
  const instant = (record: readonly string[], column: string) => {
    const text = cell(record, column);
    return text === null ? null : readInstant(text);
  };
  const subject = (record: readonly string[]): string =>
    ticket.subject.replace(/\{([^{}]+)\}/g, (_, column: string) => cell(record, column) ?? '–');
  const channel = (record: readonly string[]): Channel =>
    ticket.channel?.values[cell(record, ticket.channel.column) ?? ''] ?? ticket.channel?.otherwise ?? 'EXTRANET';
  const rank = (record: readonly string[]): number | string | null => {
    if (ticket.order === 'file') return null;
    const text = cell(record, ticket.order.column);
    return ticket.order.as === 'number' ? Number(text ?? Number.NaN) : text;
  };

  return (record, line, report) => {
    const id = cell(record, ticket.id);
    const ordered = rank(record);
    const problem =
      record.length !== header.length
        ? `has ${record.length} cells where the header has ${header.length}`
        : id === null
          ? `has no ${ticket.id}`
          : !isAtMost(NAME.max, id)
            ? `has a ${ticket.id} of ${charactersOf(id)} characters; at most ${NAME.max} are accepted`
            : typeof ordered === 'number' && Number.isNaN(ordered)
              ? 'has no number in the column that orders the rows'
              : null;
    if (problem !== null || id === null) {
      const detail = `the row ${problem ?? ''}; it is left out`;
      report({ line, ticket: shortened(id ?? '', NAME.max), reason: 'UNREADABLE_ROW', detail });
      return null;
    }
    const client = 'name' in ticket.client ? ticket.client.name : cell(record, ticket.client.column);
    return {
      ticket: id,
      rank: ordered,
      row: {
        line,
        at: instant(record, event.at),
        openedAt: instant(record, ticket.openedAt),
        state: cell(record, state.column),
        priority: cell(record, priority.column),
        resolution: cell(record, event.resolution),
        facts: {
          client: client ?? '',
          subject: subject(record),
          description: cell(record, ticket.description),
          reporter: cell(record, ticket.reporter),
          assignee: cell(record, ticket.assignee),
          channel: channel(record),
          externalUrl: cell(record, ticket.externalUrl),
          tags: ticket.tags.flatMap((column) => cell(record, column) ?? []),
        },
      },
    };
  };
}
