import type { DeadlineFault, SetAside } from '../../../application/ports/ticket-store';
import type { EpochMs } from '../../../domain/instant';
import { withoutUnstorable } from '../../../domain/text';
import { type Queryable, rowsOf } from '../database/sql';
import { setAsideStatement } from './statements/set-aside';

const LONGEST_TEXT = 1_000;

/** Sets tickets aside. Returns the tickets that are now set aside. */
export async function setAside(
  on: Queryable,
  clock: string,
  faults: readonly DeadlineFault[],
): Promise<readonly SetAside[]> {
  if (faults.length === 0) return [];
  const errors = faults.map(({ error }) => withoutUnstorable(textOf(error).slice(0, LONGEST_TEXT)));
  const rows = await rowsOf<{ ticket_id: string; attempts: number; retry_at: EpochMs }>(on, {
    text: setAsideStatement(clock),
    values: [faults.map(({ ticketId }) => ticketId), errors],
  });
  return rows.map(({ ticket_id: ticketId, attempts, retry_at: retryAt }) => {
    const error = faults.find((fault) => fault.ticketId === ticketId)?.error;
    return { ticketId, attempts, retryAt, error };
  });
}

/** The error with what the database said, if the error is one that this service made of it. */
const textOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? `${error}: ${error.cause.message}` : String(error);
