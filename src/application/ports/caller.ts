import type { Actor } from '../../domain/actor';
import type { WaitSignal } from '../waiting-line';
import type { TextsRead } from './texts-read';

/** The caller of a request: the configured operator, or the agent that the request names. */
export interface Caller {
  readonly actor: Actor;
  /** The client accounts whose tickets the caller may see. */
  readonly sees: 'ALL' | readonly string[];
  /**
   * Identifies the running operation of the caller, and is aborted when that must end: its time is
   * over, or the caller has gone. Work without a caller that waits has none.
   */
  readonly signal?: AbortSignal;
  /**
   * Aborted as soon as the caller gets no answer, also while a mutation runs, which `signal` does
   * not interrupt. Ends what a change waits for before it begins.
   */
  readonly waitSignal?: WaitSignal;
  /** What the running operation has read. Work without a caller that waits may read any length. */
  readonly texts?: TextsRead;
}

/** The operation that reads: what ends it, and what bounds it. */
export type Reading = Pick<Caller, 'signal' | 'texts'>;
