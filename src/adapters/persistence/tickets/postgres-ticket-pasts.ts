import type { Pool } from 'pg';
import type { TicketPasts } from '../../../application/ports/ticket-pasts';
import { lanesOf } from '../database/lanes';
import { retryRead } from '../database/sql';
import { foldsAtVersions } from './ticket-history';

/** Tickets as they were, for the messages of webhooks and of the event bus. */
export function createTicketPasts(pool: Pool): TicketPasts {
  const { lookups } = lanesOf(pool);
  return { at: (wanted) => retryRead(() => foldsAtVersions(lookups.ownWork, wanted)) };
}
