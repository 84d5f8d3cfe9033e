import { DAY_MS, type DurationMs, type EpochMs, MINUTE_MS, SECOND_MS } from '../../domain/instant';
import { isOfNewerVersion } from '../events/readable-part';
import type { Clock } from '../ports/clock';
import type { SecretBox } from '../ports/secret-box';
import { isPassingFault } from '../ports/store-errors';
import type { AttemptRecord, ClaimedDelivery, EnabledWebhook, WebhookQueue } from '../ports/webhook-queue';
import type { WebhookAnswer, WebhookSender } from '../ports/webhook-sender';
import type { Webhook } from '../ports/webhooks';
import type { AttemptRecords } from './attempt-records';
import type { SubjectReader } from './delivery-subjects';
import type { EnabledWebhooks } from './enabled-webhooks';
import { mayGet } from './log-matcher';
import { nextAttemptAt, retryAfterMsOf } from './retry-schedule';
import { type MessageIds, messageOf } from './webhook-message';
import { openSecrets, validSecrets, type WebhookSecrets } from './webhook-secrets';
import { signedHeaders } from './webhook-signature';

/** How long a delivery belongs to the process that has claimed it. */
export const LEASE_MS = MINUTE_MS;
/** So much of it has to be left when the request is sent; more than a request can take. */
const LEASE_LEFT_MS = 30_000;
/** After so long without a success, an endpoint is disabled. */
export const DISABLED_AFTER_MS = 5 * DAY_MS;
/** An endpoint that takes longer to answer counts as slow. */
const SLOW_MS = 3_000;
/** The pause before a delivery is tried again that this process could not make. */
const FAULT_PAUSE_MS = 5_000;
/** How long a delivery waits for a process of a newer version. */
const NEWER_PAUSE_MS = 2 * SECOND_MS;

export interface DeliveryAttemptsDeps {
  readonly queue: Pick<WebhookQueue, 'disable'>;
  readonly records: AttemptRecords;
  readonly webhooks: EnabledWebhooks;
  readonly sender: WebhookSender;
  readonly secrets: SecretBox;
  readonly ids: MessageIds;
  readonly clock: Clock;
  readonly random: () => number;
  /** How long an endpoint may take that does not count as slow; three seconds by default. */
  readonly slowMs?: DurationMs;
  readonly onDisabled: (webhook: Webhook, detail: string) => void;
  /** Called when a message could not be made at the moment. */
  readonly onError: (error: unknown) => void;
}

/** A delivery that is to be sent. */
export interface HeldDelivery {
  /** As it was at the claim. */
  readonly webhook: EnabledWebhook;
  readonly delivery: ClaimedDelivery;
  readonly read: SubjectReader;
  readonly claimedAt: EpochMs;
}

/** What a process has done since its start. */
export interface AttemptCounts {
  readonly delivered: number;
  /** Attempts that failed. */
  readonly failedAttempts: number;
  /** Deliveries that were given up after the last attempt. */
  readonly givenUp: number;
  /** Attempts whose record was refused, because another process had claimed the delivery. */
  readonly fenced: number;
  readonly disabledWebhooks: number;
}

export interface AttemptListener {
  /** Called when the endpoint has not answered for as long as makes it a slow one. */
  readonly onSlow: () => void;
  /**
   * Called before the record, once there is an answer; with whether it was good, or null if nothing
   * was sent.
   */
  readonly onAnswer: (isGood: boolean | null) => void;
}

/** Makes one attempt at a delivery, and records what came of it. */
export class DeliveryAttempts {
  private readonly abort = new AbortController();
  /** What was decrypted for a webhook, as long as it is known as it is. */
  private readonly opened = new WeakMap<EnabledWebhook, WebhookSecrets>();
  private readonly counted = { delivered: 0, failedAttempts: 0, givenUp: 0, fenced: 0, disabledWebhooks: 0 };

  constructor(private readonly deps: DeliveryAttemptsDeps) {}

  get counts(): AttemptCounts {
    return this.counted;
  }

  /** Ends the requests under way; their deliveries are left to other processes. */
  abandon(): void {
    this.abort.abort();
  }

  async make(held: HeldDelivery, { onSlow, onAnswer }: AttemptListener): Promise<void> {
    const { clock, sender } = this.deps;
    const { delivery, claimedAt } = held;
    const webhook = await this.webhookOf(held);
    if (webhook === undefined || webhook instanceof Error) {
      onAnswer(null);
      if (webhook === undefined) return this.release(delivery);
      this.deps.onError(webhook);
      return this.release(delivery, clock.now() + FAULT_PAUSE_MS);
    }
    const request = await this.requestOf({ ...held, webhook });
    const isTooLate = this.abort.signal.aborted || clock.now() > claimedAt + LEASE_MS - LEASE_LEFT_MS;
    if (typeof request === 'string' || request instanceof Error || isTooLate) onAnswer(null);
    if (typeof request === 'string') return this.end(delivery, request);
    // The endpoint has not been asked, so it is no attempt of it.
    if (isOfNewerVersion(request)) return this.release(delivery, clock.now() + NEWER_PAUSE_MS);
    if (isPassingFault(request)) {
      this.deps.onError(request);
      return this.release(delivery, clock.now() + FAULT_PAUSE_MS);
    }
    if (request instanceof Error) return this.failed(webhook, delivery, { ...NO_ANSWER, error: request.message });
    // A process that was stopped for a while leaves the delivery to the others.
    if (isTooLate) return this.release(delivery);
    const { slowMs = SLOW_MS } = this.deps;
    const slow = setTimeout(onSlow, slowMs);
    const answer = await sender.send(request, this.abort.signal).finally(() => clearTimeout(slow));
    onAnswer(answer.isAborted ? null : answer.error === null && answer.durationMs <= slowMs);
    if (answer.isAborted) return this.release(delivery);
    if (answer.error !== null) return this.failed(webhook, delivery, answer);
    if (await this.record({ ...attemptOf(delivery, answer), outcome: 'DELIVERED', nextAttemptAt: null })) {
      this.counted.delivered += 1;
      if (webhook.failingSince !== null) this.deps.webhooks.forget();
    }
  }

  /** Leaves a delivery to any process, at once or from a time on. */
  async release(delivery: ClaimedDelivery, nextAttemptAt: EpochMs | null = null): Promise<void> {
    await this.record({ ...attemptOf(delivery, NO_ANSWER), outcome: 'RELEASED', nextAttemptAt });
  }

  /**
   * The webhook as it is now: since the claim, its address, its secrets or its clients may have
   * changed. Undefined if it is not enabled any more, and an error if that cannot be read now.
   */
  private async webhookOf({ delivery }: HeldDelivery): Promise<EnabledWebhook | Error | undefined> {
    try {
      const all = await this.deps.webhooks.all();
      return all.find(({ id }) => id === delivery.webhookId);
    } catch (error) {
      return errorOf(error);
    }
  }

  /** The request; an error if it cannot be made now, and a sentence if nothing is to be sent. */
  private async requestOf({ webhook, delivery, read }: HeldDelivery) {
    if (delivery.clientId !== null && !mayGet(webhook, delivery.clientId)) {
      return 'The webhook may not get events of this client any more.';
    }
    const { ids, clock } = this.deps;
    try {
      const secrets = this.secretsOf(webhook);
      const message = messageOf(webhook, delivery, await read(), secrets.routingKey, ids);
      if (message === null) return 'The format of the webhook has no message for it.';
      const now = clock.now();
      const headers = { ...signedHeaders(message.id, now, message.body, validSecrets(secrets, now)) };
      return { url: secrets.url ?? webhook.url, headers, body: message.body };
    } catch (error) {
      return errorOf(error);
    }
  }

  private secretsOf(webhook: EnabledWebhook): WebhookSecrets {
    const secrets = this.opened.get(webhook) ?? openSecrets(this.deps.secrets, webhook.id, webhook.sealed);
    this.opened.set(webhook, secrets);
    return secrets;
  }

  private async failed(webhook: EnabledWebhook, delivery: ClaimedDelivery, answer: WebhookAnswer): Promise<void> {
    const { clock, random, webhooks } = this.deps;
    const now = clock.now();
    const isGone = answer.statusCode === GONE;
    const pause = retryAfterMsOf(answer.retryAfter, now);
    const next = isGone ? null : nextAttemptAt(delivery.attempts + 1, now, pause, random());
    const outcome = next === null ? 'FAILED' : 'RETRY';
    const isRecorded = await this.record({ ...attemptOf(delivery, answer), outcome, nextAttemptAt: next });
    if (!isRecorded) return;
    this.counted.failedAttempts += 1;
    if (next === null) this.counted.givenUp += 1;
    if (webhook.failingSince === null) webhooks.forget();
    if (isGone) return this.disable(webhook, 'GONE', answer.error ?? '');
    if (webhook.failingSince !== null && now - webhook.failingSince >= DISABLED_AFTER_MS) {
      return this.disable(webhook, 'FAILING', answer.error ?? '');
    }
  }

  private async disable({ id }: Webhook, reason: 'GONE' | 'FAILING', detail: string): Promise<void> {
    const { queue, clock, webhooks, onDisabled } = this.deps;
    const disabled = await queue.disable(id, reason, detail, clock.now());
    webhooks.forget();
    if (disabled === null) return;
    this.counted.disabledWebhooks += 1;
    onDisabled(disabled, detail);
  }

  private async end(delivery: ClaimedDelivery, error: string): Promise<void> {
    await this.record({
      ...attemptOf(delivery, { ...NO_ANSWER, error }),
      outcome: 'CANCELLED',
      nextAttemptAt: null,
    });
  }

  private async record(attempt: AttemptRecord): Promise<boolean> {
    const isRecorded = await this.deps.records.record(attempt);
    if (!isRecorded) this.counted.fenced += 1;
    return isRecorded;
  }
}

const errorOf = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const GONE = 410;

const NO_ANSWER: WebhookAnswer = {
  statusCode: null,
  error: null,
  durationMs: 0,
  response: null,
  retryAfter: undefined,
  isAborted: false,
};

const attemptOf = (
  delivery: ClaimedDelivery,
  { statusCode, error, durationMs, response }: Pick<WebhookAnswer, 'statusCode' | 'error' | 'durationMs' | 'response'>,
) => ({ delivery, statusCode, error, durationMs, response });
