import { interruptionText } from '../interruption';
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
    readonly saved: SavedSoFar,
    /** The error of the database; none after a signal. */
    cause?: unknown,
  ) {
    const isIn = textOf(saved, cause instanceof CommitUnknownError);
    super(
      cause === undefined
        ? `The import was stopped: ${isIn}. Run the same command again to go on; it skips the tickets that are in.`
        : interruptionText('import', cause, isIn),
      { cause },
    );
  }
}

function textOf({ tickets, rows }: SavedSoFar, isCommitUnknown: boolean): string {
  if (tickets === 0 && !isCommitUnknown) return 'nothing of this file is in that was not in before';
  const atLeast = isCommitUnknown ? 'at least ' : '';
  const of = `${tickets} ${tickets === 1 ? 'ticket' : 'tickets'} of this file, with ${rows} ${rows === 1 ? 'row' : 'rows'}`;
  return `${atLeast}${of}, ${tickets === 1 ? 'is' : 'are'} in`;
}
