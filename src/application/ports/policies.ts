import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { CalendarReplacements, Policy, PolicyDocument } from '../../domain/policy/policy';
import type { Refusal } from '../../domain/ticket/refusals';
import type { WaitSignal } from '../waiting-line';
import type { Reading } from './caller';
import type { Idempotency } from './idempotency';
import type { Page, PageRequest } from './pagination';

/**
 * Published policy versions, compiled. The policies themselves are read once and kept for all
 * operations; what else is read belongs to the operation that reads it. What takes a reading finds
 * only the versions that it may see: for those who do not see all clients, the default policy, the
 * policies of their clients and the versions that tickets of those are pinned to.
 */
export interface Policies {
  /**
   * The policy version of new tickets of a client, with the calendars of the client; for null, the
   * version of the default policy.
   */
  current(clientId: string | null): Promise<Policy>;
  /** A published version; null if there is none that the reading may see. */
  version(reading: Reading, id: string, version: number): Promise<Policy | null>;
  /** The version that a ticket is pinned to, for those who have the ticket; null without one. */
  pinned(id: string, version: number): Promise<Policy | null>;
  /** The same, from the cache of this process only; null if it is not cached. */
  known(id: string, version: number): Policy | null;
  /** The id of the policy of clients without a policy of their own. */
  readonly defaultPolicyId: string;
  /** The latest version, compared with a document; null if none is published. */
  latest(reading: Reading, id: string, document?: UnpublishedPolicy): Promise<LatestVersion | null>;
  /** When and by whom a version was published; null if it is not published. */
  publication(reading: Reading, id: string, version: number): Promise<Publication | null>;
  /** All versions of all policies, the newest first. */
  publications(reading: Reading, page: PageRequest): Promise<Page<Publication>>;
  countPublications(reading: Reading): Promise<number>;
  /** The YAML text of a version; null if it was not stored. */
  yaml(reading: Reading, id: string, version: number): Promise<string | null>;
  /** The codes of the facts of all versions, each once. */
  publishedFacts(reading: Reading): Promise<FactCodes>;
  /** The clients with terms of their own. */
  terms(reading: Reading): Promise<readonly NamedTerms[]>;
  /**
   * Publishes a policy as the next version, unless the latest version has the same document.
   *
   * @param signal ends the waiting; a change that has begun is carried out
   */
  publish(publishing: Publishing, signal?: WaitSignal): Promise<Published>;
  /**
   * The policies under which tickets are opened now, with the calendars of each client. Read over
   * the connections of the health check.
   *
   * @param lockWaitMs the longest wait for tables that others have locked; 10 seconds by default
   * @throws DataLockedError
   */
  inForce(lockWaitMs?: number): Promise<readonly Policy[]>;
  /**
   * The refusals that `publish` would return; for a published version, only those that also apply
   * while it is in force: it stays in force until a calendar ends, and afterwards.
   */
  refusalsOf(reading: Reading, policy: UnpublishedPolicy | Policy): Promise<readonly Refusal[]>;
  /**
   * Sets the terms of a client for its new tickets; returns the refusal, if any.
   *
   * @param signal ends the waiting; a change that has begun is carried out
   */
  setTerms(
    terms: ClientTerms,
    by: Actor,
    idempotency: Idempotency | null,
    signal?: WaitSignal,
  ): Promise<Refusal | null>;
}

/** Codes of facts. */
export interface FactCodes {
  readonly audiences: readonly string[];
  readonly consequences: readonly string[];
}

/** A document, and not a published version, whose further fields no document has. */
export type UnpublishedPolicy = PolicyDocument & { readonly version?: never };

/** The policy and the calendars of a client's new tickets. */
export interface ClientTerms {
  readonly clientId: string;
  readonly policy: string | null;
  readonly calendars: CalendarReplacements;
}

/** Terms with the name of the client. */
export interface NamedTerms extends ClientTerms {
  readonly name: string;
}

/** A policy file and its document. */
export interface PolicyText {
  readonly yaml: string;
  /** A hash of the data of the file; layout and comments do not change it. */
  readonly fingerprint: string;
  readonly document: PolicyDocument;
}

/** A policy file that was parsed and validated; each problem is a refusal. */
export type PolicyRead =
  | { readonly ok: true; readonly text: PolicyText }
  | { readonly ok: false; readonly problems: readonly Extract<Refusal, { code: 'InvalidPolicy' }>[] };

/**
 * Parses and validates a policy file.
 *
 * @param signal ends it, also while the policy is being checked
 * @throws PolicyReaderBusy, and the reason of the signal
 */
export type ReadPolicy = (yaml: string, signal?: WaitSignal) => Promise<PolicyRead>;

/** Too many policies wait to be checked. */
export class PolicyReaderBusy extends Error {
  override readonly name = 'PolicyReaderBusy';
  constructor(waiting: number) {
    super(`${waiting} policies already wait to be checked. Nothing was changed; try again shortly.`);
  }
}

export interface Publishing extends PolicyText {
  readonly by: Actor;
  readonly idempotency: Idempotency | null;
}

/** The latest version of a policy. */
export interface LatestVersion {
  readonly version: number;
  /** Whether its document equals the one given; null if none was given. */
  readonly isSame: boolean | null;
}

export type Published =
  | { readonly ok: true; readonly policy: Policy; readonly isNew: boolean }
  | { readonly ok: false; readonly refusals: readonly Refusal[] };

export interface Publication {
  readonly id: string;
  readonly version: number;
  readonly publishedAt: EpochMs;
  /** Null if the service published the configured file when it started. */
  readonly publishedBy: Actor | null;
}
