import type { DurationMs } from '../../domain/instant';

/** A request to an endpoint. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came of a request. */
export interface WebhookAnswer {
  /** Null if there was no answer. */
  readonly statusCode: number | null;
  /** Why it failed; null if the answer is a success (200 to 299). */
  readonly error: string | null;
  readonly durationMs: DurationMs;
  /** The beginning of the body; null if there was none. */
  readonly response: string | null;
  /** The `Retry-After` header, if there is one. */
  readonly retryAfter: string | undefined;
  /** Whether the service itself ended the request, because it stops. */
  readonly isAborted: boolean;
}

/** Sends requests to addresses that may be reached, and follows no redirect. */
export interface WebhookSender {
  /** Never rejects. */
  send(request: WebhookRequest, signal: AbortSignal): Promise<WebhookAnswer>;
}

/** Which addresses webhooks may reach. */
export interface WebhookTargets {
  /** What the address has to be instead; null if it may be reached. */
  problemOf(url: string): Promise<string | null>;
}
