import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { RowReport } from '../../../application/import/plan-ticket';
import { ImportFileError } from '../../import/import-file-error';
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

/** A file that the import reads, with its name for people. */
export interface SourceFile {
  readonly name: string;
  readonly path: string;
}

/**
 * Opens the output of the reports on rows. A file that exists is emptied only after it is known to
 * be none of the sources, under whatever name or link.
 *
 * @param file null prints the reports between the lines of progress
 * @throws ImportFileError if the file is a source or cannot be opened
 */
export async function openRowReportOutput(
  file: string | null,
  progress: Progress,
  sources: readonly SourceFile[] = [],
): Promise<RowReportOutput> {
  if (file === null) {
    return { write: (report) => progress.line(reportLine(report)), close: async () => undefined };
  }
  const fail = (error: NodeJS.ErrnoException): never => {
    throw new ImportFileError(
      `The reports cannot be written to ${file}: ${REASONS[error.code ?? ''] ?? error.message}.`,
    );
  };
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT).catch(fail);
  try {
    await refuseSources(handle, file, sources);
    if ((await handle.stat()).isFile()) await handle.truncate(0).catch(fail);
  } catch (error) {
    await handle.close();
    throw error;
  }
  const stream = handle.createWriteStream();
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
      if (failure !== null) fail(failure);
      stream.end();
      await finished(stream).catch(fail);
    },
  };
}

/** The device and the inode identify a file, whatever path leads to it. */
async function refuseSources(handle: FileHandle, file: string, sources: readonly SourceFile[]): Promise<void> {
  const reports = await handle.stat({ bigint: true });
  for (const { name, path } of sources) {
    const source = await stat(path, { bigint: true });
    if (source.dev === reports.dev && source.ino === reports.ino) {
      throw new ImportFileError(`The reports cannot be written to ${file}: it is ${name}; give another file.`);
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EACCES: 'this user has no permission to write it',
  EPERM: 'this user has no permission to write it',
  EROFS: 'it is on a file system that is read-only',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  ELOOP: 'its links lead in a circle',
};

const reportLine = ({ line, ticket, reason, detail }: RowReport): string =>
  singleLine(`line ${line}${ticket === '' ? '' : ` ${ticket}`} ${reason}: ${detail}`);
