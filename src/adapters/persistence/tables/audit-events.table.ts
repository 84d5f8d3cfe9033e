import { EntitySchema } from 'typeorm';
import type { AuditEventKind } from '../../../application/ports/audit-log';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { instant, integer, json, orNull, primary, text, uuid } from './column-types';

export interface AuditEventRow {
  readonly id: string;
  readonly kind: AuditEventKind;
  readonly at: EpochMs;
  readonly actor: Actor | null;
  readonly subject: string | null;
  readonly address: string | null;
  readonly detail: string | null;
  readonly count: number;
}

export const auditEvents = new EntitySchema<AuditEventRow>({
  name: 'audit_events',
  columns: {
    id: primary(uuid('Primary key, a UUID version 7')),
    kind: text('What happened'),
    at: instant('Time at which it happened'),
    actor: orNull(json('Who acted; null if that is not known')),
    subject: orNull(text('What it is about: prefix of a key, policy and version, id of a client or person')),
    address: orNull(text('Address of the caller; null for work on the command line')),
    detail: orNull(text('Why it failed, or what was done')),
    count: integer('How often it happened'),
  },
  indices: [{ name: 'audit_events_at_idx', columns: ['at', 'id'] }],
});
