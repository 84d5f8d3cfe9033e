import { setTimeout as wait } from 'node:timers/promises';
import WebSocket from 'ws';
import {
  ConnectionError,
  createClient,
  MissedEventsError,
  RequestError,
  type Schema,
} from '../../../../packages/client/src';
import { DeskError } from './desk-error';
import type { ExitKind } from './exit-codes';

export type { Schema };

/** Where the service is, and what the caller shows it. */
export interface ServiceAccess {
  /** The URL of GraphQL. */
  readonly url: string;
  /** An API key or a token; null if there is none. */
  readonly key: string | null;
  /** Where the key comes from, for messages: `--key-file FILE` or the name of a variable. */
  readonly keySource: string | null;
}

/** The events of a subscription; `return` ends it, also while `next` waits. */
export interface LiveEvents<Data> extends AsyncIterableIterator<Data, undefined> {
  return(): Promise<IteratorResult<Data, undefined>>;
}

/** A running service as the commands use it. Errors are DeskErrors. */
export interface DeskService {
  /**
   * Carries out a query, or a mutation with an idempotency key. It is sent again while the answer
   * is lost or the service says to, a few times.
   */
  ask<Data>(document: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>;
  /**
   * Events until `return()`. If the connection breaks, it is made again, for as long as it takes.
   */
  subscribe<Data>(document: string, variables: Readonly<Record<string, unknown>>): LiveEvents<Data>;
  close(): void;
}

/** The waits before a request is sent again. */
const WAITS_MS = [500, 1_000, 2_000, 4_000];
/** How long an answer may take: longer than the service's own limit by default, 30 s. */
const ANSWER_TIMEOUT_MS = 45_000;

/** @param onRetry is called with a sentence before each wait */
export function openService(access: ServiceAccess, onRetry: (message: string) => void = () => undefined): DeskService {
  const client = createClient({
    url: access.url,
    ...(access.key === null ? {} : { key: access.key }),
    webSocketImpl: WebSocket,
    onRetry: (cause, waitMs) => onRetry(`${cause.message}. Trying again in ${Math.ceil(waitMs / 1000)} s.`),
  });
  return {
    async ask<Data>(document: string, variables: Readonly<Record<string, unknown>> = {}) {
      for (let sent = 0; ; sent++) {
        try {
          const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
          return await client.request<Data>(document, variables, { signal });
        } catch (error) {
          const waitMs = WAITS_MS[sent];
          // A service that was never reached has not begun, so there is nothing to wait for.
          if (waitMs === undefined || !canRepeat(error) || (sent === 0 && isUnreached(error))) {
            const refusal = deskError(error, access);
            throw sent > 0 || !isUnreached(error) ? perhapsArrived(refusal) : refusal;
          }
          const seconds = error instanceof RequestError ? (error.retryAfterSeconds ?? 0) : 0;
          await wait(Math.max(waitMs, Math.min(seconds * 1_000, ANSWER_TIMEOUT_MS)));
        }
      }
    },
    subscribe<Data>(document: string, variables: Readonly<Record<string, unknown>>) {
      const events = client.subscribe<Data>(document, variables);
      // Not a generator, because a generator handles `return()` only after its pending `next()`.
      return {
        next: () =>
          events.next().catch((error: unknown) => {
            throw deskError(error, access);
          }),
        return: async () => (await events.return?.()) ?? { done: true as const, value: undefined },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
    close: () => client.close(),
  };
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

/** No connection was made: the request has not arrived. */
const isUnreached = (error: unknown): boolean =>
  error instanceof ConnectionError && error.status === null && /ECONNREFUSED|ENOTFOUND|EAI_AGAIN/.test(error.message);

const canRepeat = (error: unknown): boolean =>
  isTimeout(error) ||
  (error instanceof ConnectionError && (error.status === null || error.status >= 500)) ||
  (error instanceof RequestError && error.retryable);

/** Marks an error after which it is not known whether the request was carried out. */
function perhapsArrived(error: unknown): unknown {
  if (!(error instanceof DeskError) || error.kind !== 'UNREACHABLE') return error;
  return new DeskError('UNREACHABLE', error.message, { cause: error.cause, isPerhapsDone: true });
}

const KINDS: Readonly<Record<string, ExitKind>> = {
  UNAUTHENTICATED: 'NOT_ALLOWED',
  FORBIDDEN: 'NOT_ALLOWED',
  BAD_USER_INPUT: 'USAGE',
  CURSOR_EXPIRED: 'USAGE',
  CURSOR_AHEAD: 'USAGE',
};

function deskError(error: unknown, access: ServiceAccess): unknown {
  if (isTimeout(error)) {
    return new DeskError('UNREACHABLE', `${access.url} does not answer in time.`, { cause: error });
  }
  if (error instanceof MissedEventsError) {
    return new DeskError('USAGE', `${error.message} Start again without --after.`, { cause: error });
  }
  if (error instanceof ConnectionError) return connectionError(error, access);
  if (!(error instanceof RequestError)) return error;
  const kind = KINDS[error.code] ?? (error.retryable ? 'UNREACHABLE' : 'REFUSED');
  return new DeskError(kind, `${error.message}${adviceOn(error, access)}`, { cause: error });
}

function connectionError(error: ConnectionError, access: ServiceAccess): DeskError {
  if (error.closeCode === 4403 || error.closeCode === 4401) {
    return new DeskError('NOT_ALLOWED', `${error.message}${keyAdvice(access)}`, { cause: error });
  }
  const advice =
    error.status === null
      ? 'Start the service with `npm start`, or name a running one with --url URL or STEPDOWN_URL.'
      : 'Name the URL of a Stepdown service with --url URL or STEPDOWN_URL.';
  return new DeskError('UNREACHABLE', `${error.message}\n${advice}`, { cause: error });
}

function adviceOn(error: RequestError, access: ServiceAccess): string {
  if (error.code === 'UNAUTHENTICATED') return keyAdvice(access);
  if (error.code === 'GRAPHQL_VALIDATION_FAILED') {
    return '\nThe service has another version than this command. Use the command of its version.';
  }
  if (error.code === 'UNKNOWN_DOCUMENT') {
    return '\nThe service executes only documents of its lists, and those of this command are not in them.';
  }
  return error.requestId === null || error.code === 'FORBIDDEN' || KINDS[error.code] === 'USAGE'
    ? ''
    : `\nThe log of the service has more under the request id ${error.requestId}.`;
}

const keyAdvice = ({ keySource }: ServiceAccess): string =>
  keySource === null
    ? '\nPut an API key in a file and name it with --key-file FILE, or put it in STEPDOWN_API_KEY. ' +
      '`npm run stepdown -- key create` makes one.'
    : `\nThe key comes from ${keySource}. \`npm run stepdown -- key list\` shows which keys are valid.`;
