import type { EnabledWebhook, Room } from '../ports/webhook-queue';

/** The messages that a process sends at once, without those that have waited for too long. */
const MOST_AT_ONCE = 128;
/** The same of one endpoint that has answered in time. */
const MOST_PER_WEBHOOK = 8;
/**
 * The deliveries of such an endpoint that a process holds, so that it claims many at once; fewer if
 * there are many such endpoints. It takes further ones when half of them have been sent.
 */
const MOST_HELD = 32;
/**
 * The deliveries that a process holds in all: what the endpoints have that are sent to at once. It
 * takes further ones when a quarter of them have been sent. What it held for longer than the lease
 * allows would have to be claimed again.
 */
const MOST_HELD_IN_ALL = (MOST_AT_ONCE / MOST_PER_WEBHOOK) * MOST_HELD;
/** All endpoints that fail or are slow may take this share of the places together. */
const MOST_OF_TROUBLED = MOST_AT_ONCE / 2;

/** The deliveries of a webhook that a process has claimed. */
interface Held {
  /** Those that were sent and have no answer. */
  sending: number;
  /** Those among them that have given their places back. */
  left: number;
  waiting: number;
}

const NONE: Readonly<Held> = { sending: 0, left: 0, waiting: 0 };

/**
 * The places of a process for messages that it sends. An endpoint that fails or is slow has one, so
 * that others do not wait for it; so has one that this process does not know yet.
 */
export class DeliveryPlaces {
  private readonly held = new Map<string, Held>();
  /** How the last attempt of each webhook went, and with which settings. */
  private readonly last = new Map<string, { readonly version: number; readonly isGood: boolean }>();
  private sending = 0;
  /** The deliveries that it holds of a good endpoint. */
  private mostHeld = MOST_HELD;
  private heldInAll = 0;

  /** How many deliveries can be claimed, of all webhooks together. */
  get roomInAll(): number {
    return this.heldInAll > (MOST_HELD_IN_ALL / 4) * 3 ? 0 : MOST_HELD_IN_ALL - this.heldInAll;
  }

  /** Notes how the last attempt of a webhook went. */
  noteAttempt({ id, version }: EnabledWebhook, isGood: boolean): void {
    this.last.set(id, { version, isGood });
  }

  private isTroubled(webhook: EnabledWebhook): boolean {
    return webhook.failingSince !== null || this.lastOf(webhook) === false;
  }

  private isGood(webhook: EnabledWebhook): boolean {
    return webhook.failingSince === null && this.lastOf(webhook) === true;
  }

  /** Whether its last attempt went well; undefined if it was changed since, or there was none. */
  private lastOf({ id, version }: EnabledWebhook): boolean | undefined {
    const last = this.last.get(id);
    return last?.version === version ? last.isGood : undefined;
  }

  /**
   * How many deliveries of each webhook can be claimed.
   *
   * @param first the one that has the first choice, another each time, so that none is always last
   */
  roomsFor(all: readonly EnabledWebhook[], first: number): readonly Room[] {
    this.forgetOthers(all);
    const ofTroubled = all.filter((webhook) => this.isTroubled(webhook));
    let left = MOST_OF_TROUBLED - ofTroubled.reduce((sum, { id }) => sum + this.placesOf(id), 0);
    this.mostHeld = this.shareOf(all);
    return [...all.slice(first), ...all.slice(0, first)].flatMap((webhook): readonly Room[] => {
      const held = this.heldOf(webhook.id);
      if (this.isGood(webhook)) return roomOf(webhook, held > this.mostHeld / 2 ? 0 : this.mostHeld - held);
      if (!this.isTroubled(webhook)) return roomOf(webhook, 1 - held);
      const room = roomOf(webhook, Math.min(1 - held, left));
      left -= room.length;
      return room;
    });
  }

  /** How many deliveries of one endpoint it holds, so that many endpoints have their share. */
  private shareOf(all: readonly EnabledWebhook[]): number {
    const share = Math.floor(MOST_HELD_IN_ALL / all.filter((webhook) => this.isGood(webhook)).length);
    return Math.min(MOST_HELD, Math.max(MOST_PER_WEBHOOK, share));
  }

  hold(webhookId: string): void {
    this.heldInAll += 1;
    const held = this.held.get(webhookId);
    if (held === undefined) this.held.set(webhookId, { sending: 0, left: 0, waiting: 1 });
    else held.waiting += 1;
  }

  /** Takes a place for a delivery that is held; false if there is none. */
  take(webhook: EnabledWebhook): boolean {
    const held = this.held.get(webhook.id);
    const most = this.isGood(webhook) ? MOST_PER_WEBHOOK : 1;
    if (held === undefined || held.sending >= most || this.sending >= MOST_AT_ONCE) return false;
    held.waiting -= 1;
    held.sending += 1;
    this.sending += 1;
    return true;
  }

  /**
   * Gives the place of a message back that has waited for its answer for too long, so that further
   * ones are sent to other endpoints. Its webhook has no more places until there is an answer.
   */
  leave(webhook: EnabledWebhook): void {
    this.noteAttempt(webhook, false);
    const held = this.held.get(webhook.id);
    if (held !== undefined) held.left += 1;
    this.sending -= 1;
    this.heldInAll -= 1;
  }

  /**
   * Notes that a message is not under way any more. Returns whether that makes room for further
   * deliveries of the webhook.
   *
   * @param hasLeft whether it has given its place back before
   */
  free(webhookId: string, hasLeft = false): boolean {
    const held = this.held.get(webhookId);
    if (held === undefined) return true;
    held.sending -= 1;
    if (hasLeft) held.left -= 1;
    else {
      this.sending -= 1;
      this.heldInAll -= 1;
    }
    this.forgetEmpty(webhookId, held);
    return this.roomInAll > 0 && held.sending + held.waiting <= this.mostHeld / 2;
  }

  /** A delivery that was held is not to be sent. */
  drop(webhookId: string): void {
    const held = this.held.get(webhookId);
    if (held === undefined) return;
    held.waiting -= 1;
    this.heldInAll -= 1;
    this.forgetEmpty(webhookId, held);
  }

  private forgetOthers(all: readonly EnabledWebhook[]): void {
    if (this.last.size <= all.length) return;
    const ids = new Set(all.map(({ id }) => id));
    for (const id of this.last.keys()) if (!ids.has(id)) this.last.delete(id);
  }

  private forgetEmpty(webhookId: string, { sending, waiting }: Held): void {
    if (sending + waiting === 0) this.held.delete(webhookId);
  }

  private heldOf(webhookId: string): number {
    const { sending, waiting } = this.held.get(webhookId) ?? NONE;
    return sending + waiting;
  }

  /** The places that its deliveries have, or will take. */
  private placesOf(webhookId: string): number {
    return this.heldOf(webhookId) - (this.held.get(webhookId) ?? NONE).left;
  }
}

const roomOf = ({ id }: EnabledWebhook, places: number): readonly Room[] =>
  places > 0 ? [{ webhookId: id, places }] : [];
