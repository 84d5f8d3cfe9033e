import { setMaxListeners } from 'node:events';
import { WaitingLine } from '../../../application/waiting-line';
import { LISTEN_AFTER_MS } from './cancel';

/** The number of connections that one operation may hold at a time. */
export const CONNECTIONS_PER_OPERATION = 2;

const operations = new WeakMap<AbortSignal, WaitingLine>();

/**
 * Takes a place in an operation, which its signal identifies. A statement keeps it for as long as
 * it waits for a connection or runs, also if it serves other operations besides. Null if there was
 * one at once.
 *
 * @throws the reason of the signal
 */
export function takePlace(signal: AbortSignal): Promise<void> | null {
  let places = operations.get(signal);
  if (places === undefined) {
    places = new WaitingLine({ places: CONNECTIONS_PER_OPERATION });
    operations.set(signal, places);
  }
  const waiting = places.enter(signal);
  // Many statements of one operation can wait at the same time; that is no leak.
  if (waiting !== null) setMaxListeners(0, signal);
  return waiting;
}

export function leavePlace(signal: AbortSignal): void {
  operations.get(signal)?.leave();
}

/** A signal that is aborted when all of several are. */
export interface AllAborted {
  /** Undefined if nothing can abort it. */
  readonly signal: AbortSignal | undefined;
  /** Stops looking. */
  dispose(): void;
}

const nothing = (): void => undefined;

/** @param signals undefined for one that is never aborted */
export function allAborted(signals: readonly (AbortSignal | undefined)[]): AllAborted {
  if (signals.length === 1) return { signal: signals[0], dispose: nothing };
  if (signals.includes(undefined)) return { signal: undefined, dispose: nothing };
  const all = new AbortController();
  const abortIfAll = (): void => {
    if (signals.every((signal) => signal?.aborted)) all.abort(signals[0]?.reason);
  };
  let isListening = false;
  const timer = setTimeout(() => {
    isListening = true;
    for (const signal of signals) signal?.addEventListener('abort', abortIfAll, { once: true });
    abortIfAll();
  }, LISTEN_AFTER_MS);
  return {
    signal: all.signal,
    dispose: () => {
      clearTimeout(timer);
      if (isListening) for (const signal of signals) signal?.removeEventListener('abort', abortIfAll);
    },
  };
}
