import { userInfo } from 'node:os';
import type { Logger } from 'pino';
import { createAuditLog } from '../adapters/persistence/access/postgres-audit-log';
import { agentCaller } from '../application/agent-caller';
import type { Config } from '../config';
import type { Store } from './open-store';

/** Records an export in the audit log. An export from a database that takes only reads goes on. */
export async function recordExport(
  { pool, clock }: Store,
  { operator }: Config,
  log: Logger,
  detail: string,
): Promise<void> {
  try {
    const { actor } = agentCaller(operator);
    const entry = {
      kind: 'EXPORTED',
      at: clock.now(),
      actor,
      subject: userOfHost(),
      address: null,
      detail,
      count: 1,
    } as const;
    await createAuditLog(pool).record(entry);
  } catch (error) {
    log.warn({ err: error }, 'the export could not be recorded in the audit log');
  }
}

/** The user of this machine who runs the command; null if that user has no name. */
function userOfHost(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
