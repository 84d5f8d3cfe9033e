import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogPosition } from '../../../application/ports/logged-event';
import type { Delivery, EventDeliveries } from './event-deliveries';

/** How many of the last deliveries are kept for members that are slower than others. */
const MAX_KEPT_DELIVERIES = 100;
/**
 * Their bodies, in bytes. The last delivery is kept, however long. WebSockets keep one frame of
 * each besides, for the next client with the same id, which is as much again.
 */
const MAX_KEPT_BYTES = 1_048_576;
/** How long they are kept, so that erased texts do not stay. */
const MAX_KEPT_MS = 120_000;
/** How many events that have been read are executed before members are woken. */
export const MAX_AHEAD = 50;
/** The bodies of their deliveries, and of those in one write, in bytes; one more at most. */
export const MAX_AHEAD_BYTES = 32_768;
/** How many members are woken before other work gets its turn. */
const MEMBERS_PER_TURN = 500;
/** A member that is so many positions ahead of the source does not wait for it. */
const FAR_AHEAD = 1_000;

/** A delivery at its position in the log. */
export interface PlacedDelivery {
  readonly position: LogPosition;
  /** Null if the source has ended without an error. */
  readonly delivery: Delivery | null;
  readonly isLast: boolean;
}

/** A member that waits for the next delivery. */
export interface WaitingMember {
  wake(): void;
}

/**
 * The last deliveries of a subscription that several clients have: each event is executed and
 * written once, when the first of them asks for it.
 */
export class SharedDeliveries {
  private readonly kept: PlacedDelivery[] = [];
  private bytes = 0;
  private readonly waiting = new Set<WaitingMember>();
  private isPulling = false;
  private opened: EventDeliveries | null = null;
  private hasClosed = false;
  private forgetting: NodeJS.Timeout | null = null;
  members = 0;
  /** Whether its source could not be opened. Then each member has to go on alone. */
  isBroken = false;

  /**
   * @param source null if it cannot be opened
   * @param from the position after which the source begins
   */
  constructor(
    private readonly source: Promise<EventDeliveries | null>,
    private from: LogPosition,
    /** The actor for whom the events are executed. */
    readonly actor: string,
    /** Called once, when it has no further delivery. */
    private readonly onEnd: () => void,
  ) {}

  /**
   * Whether a member at a position has missed deliveries that are not kept any more. All after
   * `from` are, up to the last one that was asked for.
   */
  isBehind(position: LogPosition): boolean {
    return position < this.from;
  }

  /** Whether the source still reads what is long past for a member at a position. */
  isFarBehind(position: LogPosition): boolean {
    return Math.max(this.from, this.opened?.reached ?? 0) + FAR_AHEAD < position;
  }

  /** The next delivery after a position that is not behind; null if there is none yet. */
  after(position: LogPosition): PlacedDelivery | null {
    const at = this.indexAfter(position);
    const found = this.kept[at] ?? null;
    // A single member needs none of those before.
    if (this.members === 1) for (let n = 0; n < at; n += 1) this.forgetFirst();
    return found;
  }

  /** The deliveries after a position that is not behind, as many as one write is to have. */
  someAfter(position: LogPosition): readonly PlacedDelivery[] {
    const first = this.indexAfter(position);
    let end = first;
    for (let bytes = 0; end < this.kept.length && bytes <= MAX_AHEAD_BYTES; end += 1) {
      bytes += this.kept[end]?.delivery?.body.length ?? 0;
    }
    return this.kept.slice(first, end);
  }

  /** Whether there are deliveries after a position. */
  hasAfter(position: LogPosition): boolean {
    return (this.kept.at(-1)?.position ?? 0) > position;
  }

  /** Asks for the next delivery, and wakes the member when it is there. */
  wait(member: WaitingMember): void {
    this.waiting.add(member);
    void this.pull();
  }

  stopWaiting(member: WaitingMember): void {
    this.waiting.delete(member);
  }

  async close(): Promise<void> {
    this.hasClosed = true;
    if (this.forgetting !== null) clearTimeout(this.forgetting);
    await (await this.source.catch(() => null))?.return();
  }

  private async pull(): Promise<void> {
    if (this.isPulling || this.hasClosed) return;
    this.isPulling = true;
    const source = await this.source.catch(() => null);
    this.opened = source;
    if (source === null) this.isBroken = true;
    else await this.keepReadyOf(source);
    this.isPulling = false;
    await this.wakeAll();
  }

  private async wakeAll(): Promise<void> {
    const woken = [...this.waiting];
    this.waiting.clear();
    let count = 0;
    for (const member of woken) {
      member.wake();
      count += 1;
      if (count % MEMBERS_PER_TURN === 0) await nextTurn();
    }
  }

  /** Keeps the next delivery, and those after it whose events have been read already. */
  private async keepReadyOf(source: EventDeliveries): Promise<void> {
    const least = this.bytes;
    for (let count = 1; ; count += 1) {
      await this.keepNextOf(source);
      const isEnough = count === MAX_AHEAD || this.bytes - least > MAX_AHEAD_BYTES;
      if (isEnough || !source.isReady || this.hasClosed) return;
    }
  }

  private async keepNextOf(source: EventDeliveries): Promise<void> {
    const { done, value } = await source.next();
    // What is not an event is the error with which the source has ended.
    const isLast = done === true || value.cursor === null;
    const position = isLast ? Number.POSITIVE_INFINITY : source.position;
    this.keep({ position, delivery: done === true ? null : value, isLast });
    if (isLast) this.onEnd();
  }

  private keep(placed: PlacedDelivery): void {
    this.kept.push(placed);
    this.bytes += placed.delivery?.body.length ?? 0;
    const most = this.members > 1 ? MAX_KEPT_DELIVERIES : MAX_AHEAD + 1;
    while (this.kept.length > 1 && (this.kept.length > most || this.bytes > MAX_KEPT_BYTES)) this.forgetFirst();
    this.forgetLater();
  }

  private indexAfter(position: LogPosition): number {
    let at = this.kept.length;
    while (at > 0 && (this.kept[at - 1]?.position ?? 0) > position) at -= 1;
    return at;
  }

  private forgetFirst(): void {
    const first = this.kept.shift();
    if (first === undefined) return;
    this.bytes -= first.delivery?.body.length ?? 0;
    this.from = first.position;
  }

  /** Forgets all deliveries that are there now, after half of `MAX_KEPT_MS`. */
  private forgetLater(): void {
    if (this.forgetting !== null || this.hasClosed) return;
    const last = this.kept.at(-1);
    this.forgetting = setTimeout(() => {
      this.forgetting = null;
      while (this.kept[0] !== undefined && !this.kept[0].isLast && this.kept[0].position <= (last?.position ?? 0)) {
        this.forgetFirst();
      }
      if (this.kept.length > 0) this.forgetLater();
    }, MAX_KEPT_MS / 2);
    this.forgetting.unref();
  }
}
