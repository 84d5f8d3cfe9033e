import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { CalendarReplacements, Policy, PolicyDocument } from '../../domain/policy/policy';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Idempotency } from './idempotency';
import type { Page, PageRequest } from './pagination';

/** Published policy versions, compiled. */
export interface Policies {
  /**
   * The version that new tickets of a client are opened under, with the calendars that the client has of its own; that of
   * the service for null.
   */
  current(clientId: string | null): Promise<Policy>;
  /** A version that a ticket is pinned to; null where it was never published. */
  version(id: string, version: number): Promise<Policy | null>;
  /** The same without waiting; null as well where it has not been read yet. */
  known(id: string, version: number): Policy | null;
  /** The name of the policy of the service: that of the clients that have none of their own. */
  readonly defaultPolicyId: string;
  /** The latest version, as it is published at the moment, beside a document; null where there is none. */
  latest(id: string, document?: PolicyDocument): Promise<LatestVersion | null>;
  /** What is known of a version's publication. */
  publication(id: string, version: number): Promise<Publication | null>;
  /** All versions of all policies, the latest published first. */
  publications(page: PageRequest): Promise<Page<Publication>>;
  countPublications(): Promise<number>;
  /** The text that a version was published from; null where it was not kept. */
  yaml(id: string, version: number): Promise<string | null>;
  /** The clients that have terms of their own, as they are at the moment. */
  terms(): Promise<readonly NamedTerms[]>;
  /** Publishes a policy as the next version, unless the latest says the same. */
  publish(publishing: Publishing): Promise<Published>;
  /** What stands against publishing it, without doing so: whatever `publish` would refuse. */
  refusalsOf(document: PolicyDocument): Promise<readonly Refusal[]>;
  /** Gives a client terms of its own, for the tickets that are opened from now on. */
  setTerms(terms: ClientTerms, by: Actor, idempotency: Idempotency | null): Promise<Refusal | null>;
}

/** What a client has in place of what the service gives to all. */
export interface ClientTerms {
  readonly clientId: string;
  readonly policy: string | null;
  readonly calendars: CalendarReplacements;
}

/** The same with the client's name. */
export interface NamedTerms extends ClientTerms {
  readonly name: string;
}

/** A policy as it is written down. */
export interface PolicyText {
  readonly yaml: string;
  /** Of its data as they are written: another where anything but layout and comments is. */
  readonly fingerprint: string;
  readonly document: PolicyDocument;
}

/** Reads a policy's text; every problem of it is a refusal. */
export type ReadPolicy = (
  yaml: string,
) => Promise<
  | { readonly ok: true; readonly text: PolicyText }
  | { readonly ok: false; readonly problems: readonly Extract<Refusal, { code: 'InvalidPolicy' }>[] }
>;

export interface Publishing extends PolicyText {
  readonly by: Actor;
  readonly idempotency: Idempotency | null;
}

/** What the latest version of a policy is. */
export interface LatestVersion {
  readonly version: number;
  /** Whether it says what the document says; null where none was given. */
  readonly isSame: boolean | null;
}

export type Published =
  | { readonly ok: true; readonly policy: Policy; readonly isNew: boolean }
  | { readonly ok: false; readonly refusals: readonly Refusal[] };

export interface Publication {
  readonly id: string;
  readonly version: number;
  readonly publishedAt: EpochMs;
  /** Null for the configured file, when the service started. */
  readonly publishedBy: Actor | null;
}
