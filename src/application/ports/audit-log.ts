import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { Reading } from './caller';
import type { Page, PageRequest } from './pagination';

/** What the audit log records. */
export const AUDIT_EVENT_KINDS = [
  'SIGNED_IN',
  'SIGN_IN_FAILED',
  'API_KEY_CREATED',
  'API_KEY_REVOKED',
  'AGENT_ACTIVATED',
  'AGENT_DEACTIVATED',
  'CLIENT_CREATED',
  'CLIENT_TERMS_SET',
  'POLICY_PUBLISHED',
  'WEBHOOK_CREATED',
  'WEBHOOK_CHANGED',
  'WEBHOOK_DISABLED',
  'WEBHOOK_DELETED',
  'EXPORTED',
  'ERASED',
] as const;
export type AuditEventKind = (typeof AUDIT_EVENT_KINDS)[number];

export interface AuditEntry {
  readonly kind: AuditEventKind;
  readonly at: EpochMs;
  /** Null if it is not known who acted. */
  readonly actor: Actor | null;
  /** What it is about: the prefix of a key, a policy with its version, the id of a client. */
  readonly subject: string | null;
  /** The address of the caller; null for work on the command line, and for many addresses. */
  readonly address: string | null;
  /** Why it failed, or what was done; null if there is nothing to add. */
  readonly detail: string | null;
  /** How often it happened. More than 1 only for failures, which are counted for a minute. */
  readonly count: number;
}

export interface AuditEvent extends AuditEntry {
  readonly id: string;
}

/** Who signed in or failed to, changed keys, people, policies and terms, exported and erased. */
export interface AuditLog {
  record(entry: AuditEntry): Promise<void>;
  byId(reading: Reading, id: string): Promise<AuditEvent | null>;
  /** The latest first. */
  page(reading: Reading, kinds: readonly AuditEventKind[] | null, page: PageRequest): Promise<Page<AuditEvent>>;
  count(reading: Reading, kinds: readonly AuditEventKind[] | null): Promise<number>;
}
