import { OperatorError } from '../operator-error';
import { CommitUnknownError } from '../ports/store-errors';

/** What an import has saved. */
export interface SavedSoFar {
  readonly tickets: number;
  readonly rows: number;
}

/** An import ended before its end, because of the database or because of a signal. */
export class ImportInterrupted extends OperatorError {
  override readonly name = 'ImportInterrupted';
  constructor(
    /** What happened, as the beginning of a sentence. */
    event: string,
    readonly saved: SavedSoFar,
    cause?: unknown,
  ) {
    const { tickets, rows } = saved;
    const atLeast = cause instanceof CommitUnknownError ? 'at least ' : '';
    const inside =
      tickets === 0 && atLeast === ''
        ? 'nothing of this file is in that was not in before'
        : `${atLeast}${tickets} ${tickets === 1 ? 'ticket' : 'tickets'} of this file, with ${rows} rows, are in`;
    super(`${event}: ${inside}. Run the same command again to go on; it skips the tickets that are in.`, { cause });
  }
}

/** What the operator reads if the database goes away. */
export const DATABASE_AWAY = 'The database went away during the import';
