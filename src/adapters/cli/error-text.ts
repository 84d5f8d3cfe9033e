import { OperatorError } from '../../application/operator-error';
import { CalendarError } from '../../domain/calendar/calendar-error';
import { UnreadableRecord } from '../../domain/shape';

/** The errors whose message says what to do. */
const FOR_OPERATORS = [OperatorError, CalendarError, UnreadableRecord];

/**
 * What the command line prints for an error: its message if the operator can correct it, else the
 * stack trace.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall }: NodeJS.ErrnoException = error;
  // A directory can be opened; only reading it fails.
  if (code === 'EISDIR') return 'A folder was given in place of a file.';
  const isForOperator = FOR_OPERATORS.some((type) => error instanceof type) || syscall === 'open';
  return isForOperator ? error.message : (error.stack ?? error.message);
}
