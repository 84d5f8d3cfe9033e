import { setTimeout as sleep } from 'node:timers/promises';

export interface KeyedMutation {
  readonly key: string;
  readonly body: string;
  /** The name of its field of the schema. */
  readonly field: string;
}

export interface AnswerToMutation {
  readonly ticket: { readonly id: string; readonly version: number } | null;
  readonly userErrors: readonly { readonly __typename: string; readonly message: string }[];
}

/** How attempts have failed until now: how often each code of an error or of a socket came. */
export type FailedAttempts = Map<string, number>;

export interface RetryOptions {
  /** The URLs to try in turn. */
  readonly urls: readonly string[];
  /** Which of them is tried first. */
  readonly first: number;
  readonly failures: FailedAttempts;
  /** How long an attempt may take. */
  readonly attemptMs: number;
  readonly signal: AbortSignal;
  /** Called with the duration of each attempt that the service answered with an error. */
  readonly onError: (durationMs: number) => void;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
/**
 * A mutation that has no answer by then fails the run, which would wait for it until its end
 * otherwise. No fault makes all replicas unable to work for a quarter of this.
 */
const LONGEST_MS = 180_000;
/** Repeating a request with one of these does not change the answer: the test itself is wrong. */
const FAULTY_REQUEST = ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'BAD_USER_INPUT', 'BAD_REQUEST'];

/**
 * Sends a mutation until a replica answers it, each time with the same key, as a client does that
 * must not lose it and must not carry it out twice.
 */
export async function sendUntilAnswered(mutation: KeyedMutation, options: RetryOptions): Promise<AnswerToMutation> {
  const { urls, first, failures, signal } = options;
  const sentAt = performance.now();
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    const began = performance.now();
    const outcome = await send(mutation, urls[(first + attempt) % urls.length] ?? '', options);
    if (typeof outcome !== 'string') return outcome;
    if (FAULTY_REQUEST.includes(outcome)) throw new Error(`${mutation.body} is answered with ${outcome}`);
    if (outcome === outcome.toUpperCase()) options.onError(performance.now() - began);
    failures.set(outcome, (failures.get(outcome) ?? 0) + 1);
    if (performance.now() > sentAt + LONGEST_MS) {
      const all = JSON.stringify([...failures]);
      throw new Error(`${mutation.body} has no answer after ${LONGEST_MS} ms, at last ${outcome}; clients got ${all}`);
    }
    await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random() / 2));
  }
}

/** @returns the answer, or the code of the error, in capitals if the service has answered */
async function send(
  { body, field }: KeyedMutation,
  url: string,
  { attemptMs, signal }: RetryOptions,
): Promise<AnswerToMutation | string> {
  // Not AbortSignal.any: Node.js 20 collects the signal of a timer that only this refers to.
  const attempt = new AbortController();
  const abort = () => attempt.abort();
  const timer = setTimeout(abort, attemptMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: attempt.signal,
    });
    const { data, errors } = (await response.json()) as {
      data?: Record<string, AnswerToMutation>;
      errors?: readonly { readonly extensions?: { readonly code?: string } }[];
    };
    const payload = data?.[field];
    if (errors !== undefined || payload === undefined)
      return errors?.[0]?.extensions?.code ?? `HTTP_${response.status}`;
    return payload;
  } catch (error) {
    return `connection: ${codeOf(error)}`;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function codeOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  return (cause?.code ?? name ?? 'unknown').toLowerCase();
}
