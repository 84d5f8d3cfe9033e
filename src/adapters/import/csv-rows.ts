import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { RowTally } from '../../application/import/row-tally';
import type { EpochMs } from '../../domain/instant';
import { type CsvRecord, csvRecords } from './csv-records';
import { fileLines } from './file-lines';
import { ImportFileError } from './import-file-error';
import type { MappingFile } from './mapping-file';
import { type PlacedRow, type RowShape, rowShape } from './row-shape';

export interface ReadProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly rows: number;
}

/** A file whose header fits the mapping. */
export interface CsvLog {
  /**
   * The rows that can be used; memory does not grow with the file. All others are left out in the
   * tally, which also counts the rows read.
   *
   * @throws ImportFileError if bytes are not in the encoding of the mapping
   */
  rows(tally: RowTally, progress: (progress: ReadProgress) => void): AsyncGenerator<PlacedRow>;
  close(): void;
}

/**
 * Opens a CSV file and reads its header.
 *
 * @param now rows after this instant are left out
 * @throws ImportFileError if the file cannot be opened or lacks a column that the mapping names
 */
export async function openCsvLog(path: string, mapping: MappingFile, now: EpochMs): Promise<CsvLog> {
  const totalBytes = await sizeOf(path);
  const file = createReadStream(path);
  let shape: RowShape | null = null;
  const lines = fileLines(file, mapping.file.encoding, path);
  const records = csvRecords(lines, mapping.file.delimiter, (cells) => shape?.isRow(cells) ?? false);
  try {
    const { value: header, done } = await records.next();
    if (done === true) throw new ImportFileError(`${path} is empty; it needs a header line with the column names.`);
    shape = rowShape(headerOf(header, path), mapping, path, now);
  } catch (error) {
    file.destroy();
    throw readable(error, path);
  }
  const { place } = shape;
  return {
    close: () => file.destroy(),
    rows: (tally, progress) => placedRows(path, { file, totalBytes }, records, place, tally, progress),
  };
}

async function* placedRows(
  path: string,
  { file, totalBytes }: { readonly file: ReadStream; readonly totalBytes: number },
  records: AsyncIterable<CsvRecord>,
  place: RowShape['place'],
  tally: RowTally,
  progress: (progress: ReadProgress) => void,
): AsyncGenerator<PlacedRow> {
  let rows = 0;
  try {
    for await (const record of records) {
      rows += 1;
      tally.read();
      const placed = place(record, tally);
      if (placed !== null) yield placed;
      if (rows % 2000 === 0) progress({ bytes: file.bytesRead, totalBytes, rows });
    }
  } catch (error) {
    throw readable(error, path);
  } finally {
    file.destroy();
  }
  progress({ bytes: totalBytes, totalBytes, rows });
}

function headerOf({ line, cells, problem }: CsvRecord, path: string): readonly string[] {
  if (problem === null) return cells;
  const hint = problem.includes('NUL')
    ? ' A file in UTF-16 needs `file.encoding: utf-16le` (or `utf-16be`) in the mapping.'
    : '';
  throw new ImportFileError(`The header of ${path} cannot be read: line ${line} ${problem}.${hint}`);
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
