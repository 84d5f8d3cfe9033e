import type { EpochMs } from '../../domain/instant';
import type { SealedWebhook, WebhookDelivery, WebhookDisabledReason } from './webhooks';

/** An enabled webhook. */
export interface EnabledWebhook extends SealedWebhook {
  /** Whether its owner still has the right to it. */
  readonly isOwnerEntitled: boolean;
}

/** A delivery to be added: an event that matched. */
export interface NewDelivery {
  readonly webhookId: string;
  readonly position: number;
  readonly ticketId: string;
  readonly eventNumber: number;
  readonly clientId: string;
}

/** A part of the log that was compared with the filters of webhooks that stood at its beginning. */
export interface MatchedPart {
  readonly from: number;
  readonly to: number;
  readonly webhooks: readonly { readonly id: string; readonly version: number }[];
  readonly deliveries: readonly NewDelivery[];
}

/** How many deliveries of a webhook a process can take now. */
export interface Room {
  readonly webhookId: string;
  readonly places: number;
}

/** A delivery that a process may send until its lease ends. */
export interface ClaimedDelivery extends WebhookDelivery {
  /** Counts how often it was claimed. A record with an older number is refused. */
  readonly claim: number;
}

/** What came of an attempt, or of a claim that led to none. */
export interface AttemptRecord {
  readonly delivery: ClaimedDelivery;
  readonly outcome: 'DELIVERED' | 'FAILED' | 'CANCELLED' | 'RETRY' | 'RELEASED';
  /** When it is attempted again: of RETRY, and of RELEASED, where null stands for at once. */
  readonly nextAttemptAt: EpochMs | null;
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly durationMs: number | null;
  readonly response: string | null;
}

export interface Recorded {
  /** Whether each of the attempts was recorded, in their order. */
  readonly recorded: readonly boolean[];
  /** How many later deliveries became due, because those of their tickets before have ended. */
  readonly madeDue: number;
}

export interface Backlog {
  readonly pending: number;
  /** When the oldest pending delivery was added; null if there is none. */
  readonly oldestAt: EpochMs | null;
}

/** What the dispatcher needs of the database. Any number of processes can use it at once. */
export interface WebhookQueue {
  enabled(now: EpochMs): Promise<readonly EnabledWebhook[]>;
  /**
   * Adds the deliveries of the webhooks that still stand at `from` with that version, and moves
   * these to `to`, in one transaction. Returns the number of webhooks that moved.
   */
  addMatched(part: MatchedPart, now: EpochMs): Promise<number>;
  /**
   * Takes deliveries that are due: of each ticket and webhook only the earliest that is pending.
   * They are due again when the lease ends.
   *
   * @param most of all webhooks together
   */
  claim(rooms: readonly Room[], most: number, leaseMs: number, now: EpochMs): Promise<readonly ClaimedDelivery[]>;
  /** Records attempts in one transaction, except those whose delivery was claimed again. */
  record(attempts: readonly AttemptRecord[], now: EpochMs): Promise<Recorded>;
  /**
   * Disables a webhook, and adds a delivery for each other webhook of its owner that reports this.
   * Null if it was not enabled.
   */
  disable(id: string, reason: WebhookDisabledReason, detail: string, now: EpochMs): Promise<SealedWebhook | null>;
  webhook(id: string): Promise<SealedWebhook | null>;
  /** Makes the earliest pending delivery of each ticket due, where two processes have not. */
  repair(id: string, now: EpochMs): Promise<void>;
  backlog(): Promise<Backlog>;
  /** Deletes deliveries that ended before an instant; returns their number. */
  purge(before: EpochMs): Promise<number>;
}
