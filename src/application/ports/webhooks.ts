import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { Refusal } from '../../domain/ticket/refusals';
import type { WebhookFilter } from '../webhooks/webhook-filter';
import type { Reading } from './caller';
import type { KeyUse } from './idempotency';
import type { Page, PageRequest } from './pagination';

/** The body that an endpoint gets: that of Stepdown, or of the service that it belongs to. */
export const WEBHOOK_FORMATS = ['STANDARD', 'SLACK', 'PAGERDUTY'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

/**
 * Why a webhook is disabled: a caller asked for it, the endpoint answered 410, every delivery
 * failed for days, or its owner lost the right to webhooks.
 */
export const WEBHOOK_DISABLED_REASONS = ['REQUESTED', 'GONE', 'FAILING', 'OWNER_WITHOUT_RIGHTS'] as const;
export type WebhookDisabledReason = (typeof WEBHOOK_DISABLED_REASONS)[number];

/** An endpoint that gets events, without its secrets. */
export interface Webhook {
  readonly id: string;
  /** As people see it. Where the path is a secret, it is not in it. */
  readonly url: string;
  readonly description: string | null;
  readonly format: WebhookFormat;
  readonly filter: WebhookFilter;
  /** The clients whose events it may get; null for those of all clients. */
  readonly clientIds: readonly string[] | null;
  /** Whether it also gets a message when another webhook of the same owner is disabled. */
  readonly reportsDisabledWebhooks: boolean;
  /** Null while it is enabled. */
  readonly disabledReason: WebhookDisabledReason | null;
  readonly disabledAt: EpochMs | null;
  /** Since when every attempt has failed; null if the last one succeeded. */
  readonly failingSince: EpochMs | null;
  /** The last position of the log that was compared with the filter. */
  readonly position: number;
  readonly payloadVersion: number;
  /** Counts the changes of its settings, from 1. */
  readonly version: number;
  readonly createdAt: EpochMs;
  readonly createdBy: Actor;
  readonly updatedAt: EpochMs;
  /** On whose rights it depends: who created it, or enabled it last. */
  readonly owner: Actor;
}

export interface SealedWebhook extends Webhook {
  /** Its secrets, encrypted (`webhook-secrets.ts`). */
  readonly sealed: string;
}

export const DELIVERY_KINDS = ['EVENT', 'TEST', 'WEBHOOK_DISABLED'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

export const DELIVERY_STATUSES = ['PENDING', 'DELIVERED', 'FAILED', 'CANCELLED'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** A message to an endpoint, and what came of the last attempt to send it. */
export interface WebhookDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly kind: DeliveryKind;
  /** The event that it is about, by its place in the log; null unless the kind is EVENT. */
  readonly position: number | null;
  readonly ticketId: string | null;
  readonly eventNumber: number | null;
  readonly clientId: string | null;
  /** The webhook that was disabled; null unless the kind is WEBHOOK_DISABLED. */
  readonly aboutWebhookId: string | null;
  readonly status: DeliveryStatus;
  /** The attempts that have ended. */
  readonly attempts: number;
  /** Null while an earlier delivery of its ticket is pending, and when it is not pending itself. */
  readonly nextAttemptAt: EpochMs | null;
  readonly lastAttemptAt: EpochMs | null;
  readonly statusCode: number | null;
  /** Why the last attempt failed; null if it succeeded or there was none. */
  readonly error: string | null;
  readonly durationMs: number | null;
  /** The beginning of the last answer. */
  readonly response: string | null;
  readonly createdAt: EpochMs;
  readonly endedAt: EpochMs | null;
}

/** What a webhook can be changed to; a field that is absent stays as it is. */
export interface WebhookChanges {
  readonly url?: string;
  readonly description?: string | null;
  readonly filter?: WebhookFilter;
  readonly reportsDisabledWebhooks?: boolean;
  readonly sealed?: string;
  /** Enables it, with this owner. */
  readonly owner?: Actor;
  /** Together with `owner`: the position from which it goes on. */
  readonly position?: number;
  readonly isDisabled?: true;
}

export interface ChangedWebhook {
  readonly webhook: Webhook;
  /** Whether the same request was answered before, so that nothing was changed. */
  readonly isRepeated: boolean;
}

export interface DeliveryFilter {
  readonly webhookId: string | null;
  readonly statuses: readonly DeliveryStatus[] | null;
}

/** Which deliveries are sent again: those after a position, or those from one delivery on. */
export interface Replay {
  readonly webhookId: string;
  /** Positions after this one. */
  readonly after: number;
  /** Only what failed or was cancelled; otherwise all that matches the filter now. */
  readonly onlyFailed: boolean;
  /** Only this delivery. */
  readonly deliveryId: string | null;
}

/**
 * The webhooks and their deliveries. A caller finds the webhooks whose clients it may all see, and
 * their deliveries.
 */
export interface Webhooks {
  /**
   * Refuses it if there are as many as there can be, in all or of the same clients. A repeated
   * request finds the first webhook.
   */
  add(webhook: SealedWebhook, use: KeyUse | null): Promise<Webhook | Refusal | 'KEY_REUSED'>;
  byId(reading: Reading, id: string): Promise<SealedWebhook | null>;
  /** The latest first. */
  page(reading: Reading, page: PageRequest): Promise<Page<Webhook>>;
  count(reading: Reading): Promise<number>;
  /**
   * Changes a webhook while no other request can; null if there is none that the caller sees. A
   * repeated request finds the webhook as it is now.
   *
   * @param decide may be called more than once; the last call counts
   */
  change(
    reading: Reading,
    id: string,
    decide: (webhook: SealedWebhook) => WebhookChanges | Refusal,
    by: Actor,
    use: KeyUse | null,
    now: EpochMs,
  ): Promise<ChangedWebhook | Refusal | 'KEY_REUSED' | null>;
  /**
   * Removes a webhook and its deliveries. False if there was none that the caller sees. A repeated
   * request is answered as the first one.
   */
  remove(reading: Reading, id: string, by: Actor, use: KeyUse | null, now: EpochMs): Promise<boolean | 'KEY_REUSED'>;
  deliveryById(reading: Reading, id: string): Promise<WebhookDelivery | null>;
  /** The latest first. */
  deliveries(reading: Reading, filter: DeliveryFilter, page: PageRequest): Promise<Page<WebhookDelivery>>;
  countDeliveries(reading: Reading, filter: DeliveryFilter): Promise<number>;
  /** Adds a delivery that belongs to no event, due now. Null if the webhook is gone. */
  addTest(
    webhookId: string,
    by: Actor,
    use: KeyUse | null,
    now: EpochMs,
  ): Promise<WebhookDelivery | 'KEY_REUSED' | null>;
  /** Makes deliveries pending again; returns the webhook. */
  replay(replay: Replay, by: Actor, use: KeyUse | null, now: EpochMs): Promise<Webhook | 'KEY_REUSED' | null>;
}
