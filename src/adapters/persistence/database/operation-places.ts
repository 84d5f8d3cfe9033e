import { setMaxListeners } from 'node:events';
import { WaitingLine } from '../../../application/waiting-line';

/** The number of connections that one operation may hold at a time. */
export const CONNECTIONS_PER_OPERATION = 2;

const operations = new WeakMap<AbortSignal, WaitingLine>();

/**
 * The places of an operation, which its signal identifies. A statement takes one for as long as it
 * waits for a connection or runs, also if it serves other operations besides.
 */
export function placesOf(signal: AbortSignal): WaitingLine {
  const known = operations.get(signal);
  if (known !== undefined) return known;
  const places = new WaitingLine({ places: CONNECTIONS_PER_OPERATION });
  operations.set(signal, places);
  // Many statements of one operation can wait at the same time; that is no leak.
  setMaxListeners(0, signal);
  return places;
}

/** A signal that is aborted when all of several are. */
export interface AllAborted {
  /** Undefined if nothing can abort it. */
  readonly signal: AbortSignal | undefined;
  /** Stops listening. */
  dispose(): void;
}

const nothing = (): void => undefined;

/** @param signals undefined for one that is never aborted */
export function allAborted(signals: readonly (AbortSignal | undefined)[]): AllAborted {
  const [only] = signals;
  if (signals.length <= 1) return { signal: only, dispose: nothing };
  const known = signals.flatMap((signal) => signal ?? []);
  if (known.length < signals.length) return { signal: undefined, dispose: nothing };
  const all = new AbortController();
  const abortIfLast = (): void => {
    if (known.every(({ aborted }) => aborted)) all.abort(known[0]?.reason);
  };
  for (const signal of known) signal.addEventListener('abort', abortIfLast, { once: true });
  abortIfLast();
  return {
    signal: all.signal,
    dispose: () => {
      for (const signal of known) signal.removeEventListener('abort', abortIfLast);
    },
  };
}
