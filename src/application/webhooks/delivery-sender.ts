import { DAY_MS, type DurationMs, type EpochMs, MINUTE_MS } from '../../domain/instant';
import type { Clock } from '../ports/clock';
import type { SecretBox } from '../ports/secret-box';
import { isPassingFault } from '../ports/store-errors';
import type { AttemptRecord, ClaimedDelivery, EnabledWebhook, Room, WebhookQueue } from '../ports/webhook-queue';
import type { WebhookAnswer, WebhookSender } from '../ports/webhook-sender';
import type { Webhook } from '../ports/webhooks';
import type { DeliverySubjects, SubjectReader } from './delivery-subjects';
import type { EnabledWebhooks } from './enabled-webhooks';
import { mayGet } from './log-matcher';
import { nextAttemptAt, retryAfterMsOf } from './retry-schedule';
import { type MessageIds, messageOf } from './webhook-message';
import { openSecrets, validSecrets } from './webhook-secrets';
import { signedHeaders } from './webhook-signature';

/** How long a delivery belongs to the process that has claimed it. */
const LEASE_MS = MINUTE_MS;
/** So much of it has to be left when the request is sent; more than a request can take. */
const LEASE_LEFT_MS = 30_000;
/** After so long without a success, an endpoint is disabled. */
export const DISABLED_AFTER_MS = 5 * DAY_MS;
/** The messages that a process sends at once. */
const MOST_AT_ONCE = 128;
/** The same of one endpoint that answers in time. */
const MOST_PER_WEBHOOK = 8;
/** All endpoints that fail or are slow may take this share of the places together. */
const MOST_OF_SLOW = MOST_AT_ONCE / 2;
/** An endpoint whose last answer took longer counts as slow. */
const SLOW_MS = 3_000;
/** The pause before a delivery is tried again that this process could not make. */
const FAULT_PAUSE_MS = 5_000;
/** How long a process that stops waits for the answers of endpoints. */
const LAST_ANSWERS_MS = 3_000;

export interface DeliverySenderDeps {
  readonly queue: Pick<WebhookQueue, 'claim' | 'record' | 'disable'>;
  readonly webhooks: EnabledWebhooks;
  readonly subjects: Pick<DeliverySubjects, 'of'>;
  readonly sender: WebhookSender;
  readonly secrets: SecretBox;
  readonly ids: MessageIds;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called when a place becomes free. */
  readonly onFree: () => void;
  readonly onDisabled: (webhook: Webhook, detail: string) => void;
  /**
   * Called when the result of an attempt could not be recorded, or a message could not be made at
   * the moment. It is sent again.
   */
  readonly onError: (error: unknown) => void;
}

/** What a process has done since its start. */
export interface DeliveryCounts {
  readonly delivered: number;
  /** Attempts that failed. */
  readonly failedAttempts: number;
  /** Deliveries that were given up after the last attempt. */
  readonly givenUp: number;
  /** Attempts whose record was refused, because another process had claimed the delivery. */
  readonly fenced: number;
  readonly disabledWebhooks: number;
  readonly inFlight: number;
}

/**
 * Sends what is due. An endpoint that fails or is slow gets one message at a time, so that others
 * do not wait for it.
 */
export class DeliverySender {
  private readonly inFlight = new Map<string, number>();
  private readonly slow = new Set<string>();
  private readonly running = new Set<Promise<void>>();
  private readonly abort = new AbortController();
  private readonly counted = { delivered: 0, failedAttempts: 0, givenUp: 0, fenced: 0, disabledWebhooks: 0 };

  constructor(private readonly deps: DeliverySenderDeps) {}

  get counts(): DeliveryCounts {
    return { ...this.counted, inFlight: this.running.size };
  }

  /** Claims what is due, as far as there are places, and starts to send it. Returns the number. */
  async sendDue(): Promise<number> {
    const { queue, webhooks, subjects, clock } = this.deps;
    const all = await webhooks.all();
    const claimedAt = clock.now();
    const places = MOST_AT_ONCE - this.running.size;
    const claimed = await queue.claim(this.roomsFor(all), Math.max(0, places), LEASE_MS, claimedAt);
    if (claimed.length === 0) return 0;
    const byId = new Map(all.map((webhook) => [webhook.id, webhook]));
    for (const { webhookId } of claimed) this.inFlight.set(webhookId, (this.inFlight.get(webhookId) ?? 0) + 1);
    const readers = await subjects
      .of(claimed)
      .catch((error: unknown) => claimed.map(() => () => Promise.reject(error)));
    for (const [index, delivery] of claimed.entries()) {
      const webhook = byId.get(delivery.webhookId);
      const read = readers[index];
      if (webhook === undefined || read === undefined) this.free(delivery);
      else this.start(this.send(webhook, delivery, read, claimedAt), delivery);
    }
    return claimed.length;
  }

  /** Waits a little for the answers of endpoints; what has none is sent by another process. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.abort.abort(), LAST_ANSWERS_MS);
    await Promise.all(this.running);
    clearTimeout(timer);
  }

  /** Begins with another webhook each time, so that none is always the last. */
  private roomsFor(all: readonly EnabledWebhook[]): readonly Room[] {
    const first = Math.floor(this.deps.random() * all.length);
    const isSlow = ({ id, failingSince }: EnabledWebhook): boolean => failingSince !== null || this.slow.has(id);
    const takenBy = ({ id }: EnabledWebhook): number => this.inFlight.get(id) ?? 0;
    let leftOfSlow = MOST_OF_SLOW - all.filter(isSlow).reduce((sum, webhook) => sum + takenBy(webhook), 0);
    return [...all.slice(first), ...all.slice(0, first)].flatMap((webhook) => {
      if (!isSlow(webhook)) return roomOf(webhook, MOST_PER_WEBHOOK - takenBy(webhook));
      const room = roomOf(webhook, Math.min(1 - takenBy(webhook), leftOfSlow));
      leftOfSlow -= room.length;
      return room;
    });
  }

  private start(sending: Promise<void>, delivery: ClaimedDelivery): void {
    const running: Promise<void> = sending
      .catch((error: unknown) => this.deps.onError(error))
      .finally(() => {
        this.running.delete(running);
        this.free(delivery);
        this.deps.onFree();
      });
    this.running.add(running);
  }

  private free({ webhookId }: ClaimedDelivery): void {
    const left = (this.inFlight.get(webhookId) ?? 1) - 1;
    if (left > 0) this.inFlight.set(webhookId, left);
    else this.inFlight.delete(webhookId);
  }

  private async send(
    webhook: EnabledWebhook,
    delivery: ClaimedDelivery,
    read: SubjectReader,
    claimedAt: EpochMs,
  ): Promise<void> {
    const { clock, sender } = this.deps;
    if (delivery.clientId !== null && !mayGet(webhook, delivery.clientId)) {
      return this.end(delivery, 'CANCELLED', 'The webhook may not get events of this client any more.');
    }
    const request = await this.requestOf(webhook, delivery, read);
    // The endpoint has not been asked, so it is no attempt of it.
    if (isPassingFault(request)) {
      this.deps.onError(request);
      return this.release(delivery, clock.now() + FAULT_PAUSE_MS);
    }
    if (request instanceof Error) return this.failed(webhook, delivery, { ...NO_ANSWER, error: request.message });
    if (request === null) return this.end(delivery, 'CANCELLED', 'The format of the webhook has no message for it.');
    // A process that was stopped for a while leaves the delivery to the others.
    if (this.abort.signal.aborted || clock.now() > claimedAt + LEASE_MS - LEASE_LEFT_MS) return this.release(delivery);
    const answer = await sender.send(request, this.abort.signal);
    if (answer.isAborted) return this.release(delivery);
    if (answer.durationMs > SLOW_MS) this.slow.add(webhook.id);
    else this.slow.delete(webhook.id);
    if (answer.error !== null) return this.failed(webhook, delivery, answer);
    if (await this.record({ ...attemptOf(delivery, answer), outcome: 'DELIVERED', nextAttemptAt: null })) {
      this.counted.delivered += 1;
      if (webhook.failingSince !== null) this.deps.webhooks.forget();
    }
  }

  /** The request; an error if it cannot be made now, and null if there is nothing to send. */
  private async requestOf(webhook: EnabledWebhook, delivery: ClaimedDelivery, read: SubjectReader) {
    const { secrets: box, ids, clock } = this.deps;
    try {
      const secrets = openSecrets(box, webhook.id, webhook.sealed);
      const message = messageOf(webhook, delivery, await read(), secrets.routingKey, ids);
      if (message === null) return null;
      const now = clock.now();
      const headers = { ...signedHeaders(message.id, now, message.body, validSecrets(secrets, now)) };
      return { url: secrets.url ?? webhook.url, headers, body: message.body };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
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

  private async end(delivery: ClaimedDelivery, outcome: 'CANCELLED', error: string): Promise<void> {
    await this.record({ ...attemptOf(delivery, { ...NO_ANSWER, error }), outcome, nextAttemptAt: null });
  }

  private async release(delivery: ClaimedDelivery, nextAttemptAt: EpochMs | null = null): Promise<void> {
    await this.record({ ...attemptOf(delivery, NO_ANSWER), outcome: 'RELEASED', nextAttemptAt });
  }

  private async record(attempt: AttemptRecord): Promise<boolean> {
    const isRecorded = await this.deps.queue.record(attempt, this.deps.clock.now());
    if (!isRecorded) this.counted.fenced += 1;
    return isRecorded;
  }
}

const roomOf = ({ id }: EnabledWebhook, places: number): readonly Room[] =>
  places > 0 ? [{ webhookId: id, places }] : [];

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
  {
    statusCode,
    error,
    durationMs,
    response,
  }: Pick<WebhookAnswer, 'statusCode' | 'error' | 'response'> & {
    readonly durationMs: DurationMs;
  },
) => ({ delivery, statusCode, error, durationMs, response });
