import type { DurationMs, EpochMs } from '../../domain/instant';
import type { Clock } from '../ports/clock';
import type { SecretBox } from '../ports/secret-box';
import type { ClaimedDelivery, EnabledWebhook, Room, WebhookQueue } from '../ports/webhook-queue';
import type { WebhookSender } from '../ports/webhook-sender';
import type { Webhook } from '../ports/webhooks';
import { AttemptRecords } from './attempt-records';
import { type AttemptCounts, DeliveryAttempts, type HeldDelivery, LEASE_MS } from './delivery-attempts';
import { DeliveryPlaces } from './delivery-places';
import type { DeliverySubjects, SubjectReader } from './delivery-subjects';
import type { EnabledWebhooks } from './enabled-webhooks';
import type { MessageIds } from './webhook-message';

/** The deliveries that a process claims at once, of all webhooks together. */
const MOST_CLAIMED = 256;
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
  /** See {@link DeliveryAttempts}. */
  readonly slowMs?: DurationMs;
  /** Called when further deliveries can be claimed. */
  readonly onFree: () => void;
  readonly onDisabled: (webhook: Webhook, detail: string) => void;
  /**
   * Called when the result of an attempt could not be recorded, or a message could not be made at
   * the moment. It is sent again.
   */
  readonly onError: (error: unknown) => void;
}

export interface DeliveryCounts extends AttemptCounts {
  /** The deliveries that are being sent, or whose result is being recorded. */
  readonly inFlight: number;
}

/**
 * Sends what is due. A process claims many deliveries at once and sends them as it has places. An
 * endpoint that fails or is slow gets one message at a time, so that others do not wait for it.
 */
export class DeliverySender {
  private readonly places = new DeliveryPlaces();
  private readonly attempts: DeliveryAttempts;
  /** What is claimed and not sent yet, by webhook; the one that was served last comes last. */
  private readonly waiting = new Map<string, HeldDelivery[]>();
  private readonly running = new Set<Promise<void>>();
  /** The webhooks for which more may be due than was claimed. */
  private readonly withMore = new Set<string>();
  /** Whether more may be due than there was room for in all. */
  private wasFull = false;
  private isClosed = false;

  constructor(private readonly deps: DeliverySenderDeps) {
    const records = new AttemptRecords({ ...deps, onDue: deps.onFree });
    this.attempts = new DeliveryAttempts({ ...deps, records });
  }

  get counts(): DeliveryCounts {
    return { ...this.attempts.counts, inFlight: this.running.size };
  }

  /** Claims what is due, as far as there is room, and starts to send it. Returns the number. */
  async sendDue(): Promise<number> {
    const { queue, webhooks, clock, random } = this.deps;
    const most = Math.min(MOST_CLAIMED, this.places.roomInAll);
    this.wasFull = most === 0;
    if (most === 0) return 0;
    const all = await webhooks.all();
    const claimedAt = clock.now();
    const rooms = this.places.roomsFor(all, Math.floor(random() * all.length));
    const claimed = await queue.claim(rooms, most, LEASE_MS, claimedAt);
    for (const { webhookId } of claimed) this.places.hold(webhookId);
    this.wasFull = claimed.length === most;
    this.noteMore(all, rooms, claimed);
    if (claimed.length === 0) return 0;
    await this.add(claimed, all, claimedAt);
    this.startAll();
    return claimed.length;
  }

  /**
   * Waits a little for the answers of endpoints; what has none, or was not sent, is sent by another
   * process.
   */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const webhookId of [...this.waiting.keys()]) this.releaseWaiting(webhookId);
    const timer = setTimeout(() => this.attempts.abandon(), LAST_ANSWERS_MS);
    await Promise.all(this.running);
    clearTimeout(timer);
  }

  private noteMore(all: readonly EnabledWebhook[], rooms: readonly Room[], claimed: readonly ClaimedDelivery[]): void {
    this.withMore.clear();
    for (const { id } of all) this.withMore.add(id);
    if (this.wasFull) return;
    const left = new Map(rooms.map(({ webhookId, places }) => [webhookId, places]));
    for (const { webhookId } of claimed) left.set(webhookId, (left.get(webhookId) ?? 0) - 1);
    for (const [webhookId, places] of left) if (places > 0) this.withMore.delete(webhookId);
  }

  private async add(
    claimed: readonly ClaimedDelivery[],
    all: readonly EnabledWebhook[],
    claimedAt: EpochMs,
  ): Promise<void> {
    const byId = new Map(all.map((webhook) => [webhook.id, webhook]));
    const readers = await this.deps.subjects
      .of(claimed)
      .catch((error: unknown) => claimed.map((): SubjectReader => () => Promise.reject(error)));
    for (const [index, delivery] of claimed.entries()) {
      const webhook = byId.get(delivery.webhookId);
      const read = readers[index];
      if (webhook === undefined || read === undefined) {
        this.places.drop(delivery.webhookId);
        continue;
      }
      const line = this.waiting.get(webhook.id) ?? [];
      this.waiting.set(webhook.id, line);
      line.push({ webhook, delivery, read, claimedAt });
    }
  }

  /** Starts what there are places for, one of each webhook in turn. */
  private startAll(): void {
    for (let hasStarted = true; hasStarted; ) {
      hasStarted = false;
      for (const [webhookId, line] of [...this.waiting]) {
        const [next] = line;
        if (next === undefined || !this.places.take(next.webhook)) continue;
        line.shift();
        this.waiting.delete(webhookId);
        if (line.length > 0) this.waiting.set(webhookId, line);
        this.start(next);
        hasStarted = true;
      }
    }
  }

  private start(held: HeldDelivery): void {
    const { webhook } = held;
    let isFree = false;
    let hasLeft = false;
    const goOn = (hasRoom: boolean): void => {
      this.startAll();
      if (!this.isClosed && (this.hasRoomAgain() || (hasRoom && this.withMore.has(webhook.id)))) this.deps.onFree();
    };
    const free = (): void => {
      if (isFree) return;
      isFree = true;
      goOn(this.places.free(webhook.id, hasLeft));
    };
    this.run(
      this.attempts
        .make(held, {
          onSlow: () => {
            hasLeft = true;
            this.places.leave(webhook);
            this.releaseWaiting(webhook.id);
            goOn(false);
          },
          onAnswer: (isGood) => {
            if (isGood !== null) this.places.noteAttempt(webhook, isGood);
            if (isGood === false) this.releaseWaiting(webhook.id);
            free();
          },
        })
        .finally(free),
    );
  }

  /** Whether there is room in all, since there was not enough. */
  private hasRoomAgain(): boolean {
    if (!this.wasFull || this.places.roomInAll === 0) return false;
    this.wasFull = false;
    return true;
  }

  /** What an endpoint in trouble does not get soon is not kept from other processes. */
  private releaseWaiting(webhookId: string): void {
    const line = this.waiting.get(webhookId) ?? [];
    this.waiting.delete(webhookId);
    for (const { delivery } of line) {
      this.places.drop(webhookId);
      this.run(this.attempts.release(delivery));
    }
  }

  private run(work: Promise<void>): void {
    const running: Promise<void> = work
      .catch((error: unknown) => this.deps.onError(error))
      .finally(() => this.running.delete(running));
    this.running.add(running);
  }
}
