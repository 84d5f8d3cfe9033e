import type { Pool } from 'pg';
import { v7 as newId } from 'uuid';
import type { AuditEntry, AuditEvent, AuditEventKind, AuditLog } from '../../../application/ports/audit-log';
import { seeingAll } from '../../../application/ports/caller';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { isUuid } from '../../../domain/text';
import { lanesOf } from '../database/lanes';
import { instantText, type Queryable, readRows, rowsOf } from '../database/sql';
import { compare, Parameters } from '../lists/conditions';
import { cursorOf, type Ordering, type Placed, pageOf, pageStatement } from '../lists/page';
import type { AuditEventRow } from '../tables';

const LATEST_FIRST: Ordering = {
  list: 'auditEvents',
  key: 'a.at',
  type: 'timestamptz',
  nullable: false,
  tie: 'a.id',
  descending: true,
};

/** The audit log, in the table `audit_events`. */
export function createAuditLog(pool: Pool): AuditLog {
  const { lookups, lists } = lanesOf(pool);
  return {
    record: (entry) => recordAudit(lookups.ownWork, entry),
    byId: async (reading, id) => {
      if (!isUuid(id)) return null;
      const statement = { text: 'SELECT * FROM audit_events WHERE id = $1', values: [id] };
      const [row] = await readRows<AuditEventRow>(lookups.under(seeingAll(reading)), statement);
      return row === undefined ? null : eventOf(row);
    },
    page: async (reading, kinds, page) => {
      const to = new Parameters();
      const parts = { select: 'a.*', from: 'audit_events a', where: whereOf(kinds, to) };
      const statement = to.statement(pageStatement(parts, LATEST_FIRST, page, to));
      const rows = await readRows<AuditEventRow & Placed>(lists.under(seeingAll(reading)), statement);
      return pageOf(rows, page, (row) => ({ node: eventOf(row), cursor: cursorOf(LATEST_FIRST, row) }));
    },
    count: async (reading, kinds) => {
      const to = new Parameters();
      const text = `SELECT count(*) AS count FROM audit_events a WHERE ${whereOf(kinds, to)}`;
      const [row] = await readRows<{ count: string }>(lists.under(seeingAll(reading)), to.statement(text));
      return Number(row?.count ?? 0);
    },
  };
}

/** Adds an entry, in the transaction of the change that it records. */
export async function recordAudit(on: Queryable, entry: AuditEntry): Promise<void> {
  const { kind, at, actor, subject, address, detail, count } = entry;
  await rowsOf(on, {
    text: `INSERT INTO audit_events (id, kind, at, actor, subject, address, detail, count)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      newId(),
      kind,
      instantText(at),
      actor === null ? null : JSON.stringify(actor),
      subject,
      address,
      detail,
      count,
    ],
  });
}

/** Adds an entry for a change, whose caller has signed in. */
export const recordChange = (
  on: Queryable,
  kind: AuditEventKind,
  { at, by, subject, detail = null }: Change,
): Promise<void> => recordAudit(on, { kind, at, actor: by, subject, address: null, detail, count: 1 });

interface Change {
  readonly at: EpochMs;
  readonly by: Actor;
  readonly subject: string;
  readonly detail?: string | null;
}

/** The entries that one statement deletes, so that it stays within its time limit. */
const BATCH = 10_000;

/** Deletes entries from before an instant that is at least 30 days ago; returns their number. */
export async function purgeAuditEvents(pool: Pool, before: EpochMs): Promise<number> {
  const { engine } = lanesOf(pool);
  for (let purged = 0; ; ) {
    const [row] = await rowsOf<{ count: number }>(engine.ownWork, {
      text: 'SELECT purge_audit_events($1, $2) AS count',
      values: [instantText(before), BATCH],
    });
    purged += row?.count ?? 0;
    if ((row?.count ?? 0) < BATCH) return purged;
  }
}

const whereOf = (kinds: readonly AuditEventKind[] | null, to: Parameters): string =>
  kinds === null ? 'TRUE' : compare('a.kind', 'text', { in: kinds }, to);

const eventOf = ({ id, kind, at, actor, subject, address, detail, count }: AuditEventRow): AuditEvent => ({
  id,
  kind,
  at,
  actor,
  subject,
  address,
  detail,
  count,
});
