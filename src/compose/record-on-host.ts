import { userInfo } from 'node:os';
import type { Pool } from 'pg';
import { createAuditLog } from '../adapters/persistence/access/postgres-audit-log';
import type { AuditEntry } from '../application/ports/audit-log';
import type { Clock } from '../application/ports/clock';

/** Adds an entry to the audit log for work on the command line. */
export const recordOnHost = (
  { pool, clock }: { readonly pool: Pool; readonly clock: Clock },
  entry: Pick<AuditEntry, 'kind' | 'actor' | 'subject' | 'detail'>,
): Promise<void> => createAuditLog(pool).record({ ...entry, at: clock.now(), address: null, count: 1 });

/** The user of this machine who runs the command; null if that user has no name. */
export function userOfHost(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
