import { OperatorError } from '../../application/operator-error';
import { CalendarError } from '../../domain/calendar/calendar-error';

/**
 * What the command line prints for an error: its message if the operator can correct it, else the
 * stack trace.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall }: NodeJS.ErrnoException = error;
  // A directory can be opened; only reading it fails.
  if (code === 'EISDIR') return 'A folder was given in place of a file.';
  const isForOperator = error instanceof OperatorError || error instanceof CalendarError || syscall === 'open';
  return isForOperator ? error.message : (error.stack ?? error.message);
}
