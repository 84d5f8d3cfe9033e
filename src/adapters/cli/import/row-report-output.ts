import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { RowReport } from '../../../application/import/plan-ticket';
import { ImportFileError } from '../../import/csv-rows';
import { singleLine } from '../printable';
import type { Progress } from '../progress';

/**
 * Where the reports on rows go. `write` and `close` throw ImportFileError if the file cannot be
 * written.
 */
export interface RowReportOutput {
  write(report: RowReport): void;
  close(): Promise<void>;
}

/**
 * Opens the output of the reports on rows.
 *
 * @param file null prints the reports between the lines of progress
 * @throws ImportFileError if the file cannot be opened
 */
export async function openRowReportOutput(file: string | null, progress: Progress): Promise<RowReportOutput> {
  if (file === null) {
    return { write: (report) => progress.line(reportLine(report)), close: async () => undefined };
  }
  const fail = (error: Error): never => {
    throw new ImportFileError(`The reports cannot be written to ${file}: ${error.message}`);
  };
  const stream = createWriteStream(file);
  await once(stream, 'open').catch(fail);
  let failure: Error | null = null;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    write: (report) => {
      if (failure !== null) fail(failure);
      stream.write(`${reportLine(report)}\n`);
    },
    close: async () => {
      stream.end();
      await finished(stream).catch(fail);
    },
  };
}

const reportLine = ({ line, ticket, reason, detail }: RowReport): string =>
  singleLine(`line ${line}${ticket === '' ? '' : ` ${ticket}`} ${reason}: ${detail}`);
