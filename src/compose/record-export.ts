import type { Logger } from 'pino';
import { agentCaller } from '../application/agent-caller';
import type { Config } from '../config';
import type { Store } from './open-store';
import { recordOnHost, userOfHost } from './record-on-host';

/** Records an export in the audit log. An export from a database that takes only reads goes on. */
export async function recordExport(store: Store, { operator }: Config, log: Logger, detail: string): Promise<void> {
  try {
    await recordOnHost(store, { kind: 'EXPORTED', actor: agentCaller(operator).actor, subject: userOfHost(), detail });
  } catch (error) {
    log.warn({ err: error }, 'the export could not be recorded in the audit log');
  }
}
