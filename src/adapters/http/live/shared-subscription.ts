import type { ExecutionArgs } from 'graphql';
import type { LogPosition } from '../../../application/ports/logged-event';
import type { LogStream } from '../../graphql/subscription/log-stream';
import type { Delivery, DeliverySequence, EventDeliveries, Receive } from './event-deliveries';
import { ENDED } from './run-operation';
import { MAX_AHEAD, MAX_AHEAD_BYTES, type SharedDeliveries } from './shared-deliveries';

/** The groups of a process, as a subscription uses them. */
export interface Groups {
  keyOf(args: ExecutionArgs, actor: string): string;
  join(key: string, args: ExecutionArgs, actor: string, position: LogPosition): SharedDeliveries;
  leave(key: string, group: SharedDeliveries): void;
  isPersonal(args: ExecutionArgs): boolean;
  notePersonal(args: ExecutionArgs): void;
}

/** The group that a subscription has joined. */
interface Joined {
  readonly key: string;
  readonly group: SharedDeliveries;
}

/**
 * A subscription that takes the deliveries of its group. While it is behind what the group keeps,
 * or the group is far behind it, it executes events for itself.
 */
export class SharedSubscription implements DeliverySequence {
  private position: LogPosition;
  private joined: Joined | null = null;
  private hasEnded = false;
  private wakeUp: (() => void) | null = null;
  private receive: Receive | null = null;
  /** Executed for it alone, and not taken yet. */
  private held: Delivery[] = [];
  /** Whether the last of these is the error with which it ends. */
  private hasFailed = false;

  constructor(
    private readonly groups: Groups,
    private readonly args: ExecutionArgs,
    private readonly actor: string,
    private readonly stream: LogStream,
    /** Executed for it alone. */
    private readonly own: EventDeliveries,
  ) {
    this.position = stream.position;
  }

  deliverTo(receive: Receive): void {
    this.receive = receive;
  }

  /** The group has a further delivery. */
  wake(): void {
    if (this.receive === null || !this.handOver(this.receive)) this.wakeUp?.();
  }

  async next(): Promise<IteratorResult<Delivery>> {
    while (!this.hasEnded) {
      const held = this.nextHeld();
      if (held !== null) return { done: false, value: held };
      if (this.hasFailed) break;
      const group = this.groupNow() ?? this.joinGroup();
      if (group.isBroken || group.isBehind(this.position)) {
        if (await this.readOwn()) continue;
        break;
      }
      if (this.receive !== null && this.handSomeOver(group, this.receive)) continue;
      const found = group.after(this.position);
      if (found === null) {
        if (!group.isFarBehind(this.position)) await this.waitFor(group);
        else if (!(await this.readOwn())) break;
        continue;
      }
      const { delivery, position, isLast } = found;
      if (delivery?.isPersonal === true && !this.groups.isPersonal(this.args)) this.groups.notePersonal(this.args);
      // What was executed for another actor is not for this one.
      if (delivery?.isPersonal === true && group.actor !== this.actor) continue;
      this.position = position;
      if (delivery === null) break;
      if (isLast) this.end();
      return { done: false, value: delivery };
    }
    this.end();
    return ENDED;
  }

  async return(): Promise<IteratorResult<Delivery>> {
    this.end();
    return ENDED;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Returns whether all that the group has for it was taken, so that it waits again. */
  private handOver(receive: Receive): boolean {
    const group = this.hasEnded ? null : this.groupNow();
    if (group === null || group.isBroken || group.isBehind(this.position)) return false;
    this.handSomeOver(group, receive);
    if (group.hasAfter(this.position) || group.isFarBehind(this.position)) return false;
    group.wait(this);
    return true;
  }

  /**
   * Hands over what goes into one write, so that little waits for a client that reads slowly.
   * Returns whether anything was taken.
   */
  private handSomeOver(group: SharedDeliveries, receive: Receive): boolean {
    const deliveries: Delivery[] = [];
    let reached = this.position;
    for (const { delivery, position, isLast } of group.someAfter(this.position)) {
      if (delivery === null || isLast || delivery.isPersonal) break;
      deliveries.push(delivery);
      reached = position;
    }
    if (deliveries.length === 0 || !receive(deliveries)) return false;
    this.position = reached;
    return true;
  }

  /** The joined group; null if it is not, or no longer, the one to be in. */
  private groupNow(): SharedDeliveries | null {
    const { joined } = this;
    if (joined === null) return null;
    const isRight = !this.groups.isPersonal(this.args) || joined.group.actor === this.actor;
    if (isRight) return joined.group;
    this.leaveGroup();
    return null;
  }

  private joinGroup(): SharedDeliveries {
    const key = this.groups.keyOf(this.args, this.actor);
    const group = this.groups.join(key, this.args, this.actor, this.position);
    this.joined = { key, group };
    return group;
  }

  private leaveGroup(): void {
    const { joined } = this;
    if (joined === null) return;
    this.joined = null;
    joined.group.stopWaiting(this);
    this.groups.leave(joined.key, joined.group);
  }

  /** Executes the next events for it alone, as many as have been read. Returns false at the end. */
  private async readOwn(): Promise<boolean> {
    if (this.stream.position !== this.position) this.stream.goTo(this.position);
    let bytes = 0;
    do {
      const { done, value } = await this.own.next();
      if (done === true) break;
      this.held.push(value);
      bytes += value.body.length;
      // What is not an event is the error with which it has ended; the group has the same one.
      this.hasFailed = value.cursor === null;
    } while (!this.hasFailed && this.own.isReady && this.held.length < MAX_AHEAD && bytes < MAX_AHEAD_BYTES);
    this.position = this.stream.position;
    return this.held.length > 0;
  }

  /** Hands over what was executed for it alone, or else returns the first of it. */
  private nextHeld(): Delivery | null {
    if (this.held.length === 0) return null;
    if (this.receive?.(this.held) !== true) return this.held.shift() ?? null;
    this.held = [];
    return null;
  }

  private async waitFor(group: SharedDeliveries): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wakeUp = resolve;
      group.wait(this);
    });
    this.wakeUp = null;
  }

  private end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.leaveGroup();
    void this.own.return();
    this.wakeUp?.();
  }
}
