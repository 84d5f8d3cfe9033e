import { type Actor, SYSTEM } from '../../domain/actor';
import { ALL_RIGHTS, type Rights } from '../access/rights';
import type { WaitSignal } from '../waiting-line';
import type { TextsRead } from './texts-read';

/** The client accounts whose rows some work may read and change. */
export type Visibility = 'ALL' | readonly string[];

/**
 * Who reads, as far as reads depend on it. No read can be without it: the database shows the rows
 * of these clients only (ADR 029).
 */
interface Seeing {
  /** The client accounts whose tickets the caller may see. */
  readonly sees: Visibility;
  /**
   * Whether it may see what is internal to the support organisation. Who sees all clients always
   * may; others only if this is true, so that work that leaves it out shows nothing internal.
   */
  readonly seesInternal?: boolean;
}

/**
 * The operation that reads: whose rows it may see, what ends it, and what bounds it. An operation
 * always has the last two, so that none of its reads can leave out one of them.
 */
export type Reading = Seeing & Bounded & Latest;

interface Latest {
  /**
   * Whether lists and reports must have what was changed a moment ago; so they must unless it is
   * false.
   */
  readonly needsLatest?: boolean;
}

type Bounded =
  | {
      /**
       * Identifies the running operation of the caller, and is aborted when that must end: its time
       * is over, or the caller has gone.
       */
      readonly signal: AbortSignal;
      /** What the running operation has read. */
      readonly texts: TextsRead;
    }
  | { readonly signal?: never; readonly texts?: never };

/** Work of the service itself, or of a command: it runs to its end, and may read any length. */
export const OWN_WORK: Reading = { sees: 'ALL' };

/**
 * The same reading of whole histories, also of their internal events, which the reader folds and
 * does not show.
 */
export function forFolding({ sees, signal, texts, needsLatest }: Reading): Reading {
  const latest = needsLatest === undefined ? {} : { needsLatest };
  const seen = { sees, seesInternal: true, ...latest };
  return signal === undefined ? seen : { ...seen, signal, texts };
}

/** The same reading of what belongs to no client, and is read for every caller. */
export const seeingAll = (reading: Reading): Reading => ({ ...reading, sees: 'ALL' });

/** Who sends a request, and what the request may see and do. */
export type Caller = Identified & Reading;

export interface Identified extends Seeing {
  readonly actor: Actor;
  readonly rights: Rights;
  /**
   * Aborted as soon as the caller gets no answer, also while a mutation runs, which `signal` does
   * not interrupt. Ends what a change waits for before it begins.
   */
  readonly waitSignal?: WaitSignal;
}

/** The service itself, for its own work and for commands: it may see and do everything. */
export const SYSTEM_CALLER: Caller = { actor: SYSTEM, sees: 'ALL', rights: ALL_RIGHTS };

/**
 * The caller for one read of an operation that goes on reading, such as a subscription: the read
 * may be as long as those of an operation, however much was read before.
 */
export function forOneRead(caller: Caller): Caller {
  const { actor, sees, seesInternal = false, rights, signal, texts } = caller;
  if (signal === undefined) return caller;
  return { actor, sees, seesInternal, rights, signal, texts: { characters: 0, most: texts.most } };
}
