import type { ExecutionArgs } from 'graphql';
import type { LogPosition } from '../../../application/ports/logged-event';
import type { LogStream } from '../../graphql/subscription/log-stream';
import type { Delivery, DeliverySequence, EventDeliveries, Receive } from './event-deliveries';
import { ENDED } from './run-operation';
import type { SharedDeliveries } from './shared-deliveries';

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
      const group = this.groupNow() ?? this.joinGroup();
      if (group.isBroken || group.isBehind(this.position)) return this.nextOfOwn();
      const found = group.after(this.position);
      if (found === null) {
        if (group.isFarBehind(this.position)) return this.nextOfOwn();
        await this.waitFor(group);
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
    for (let found = group.after(this.position); found !== null; found = group.after(this.position)) {
      const { delivery, position, isLast } = found;
      if (delivery === null || isLast || delivery.isPersonal || !receive(delivery)) return false;
      this.position = position;
    }
    if (group.isFarBehind(this.position)) return false;
    group.wait(this);
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

  private async nextOfOwn(): Promise<IteratorResult<Delivery>> {
    if (this.stream.position !== this.position) this.stream.goTo(this.position);
    const next = await this.own.next();
    this.position = this.stream.position;
    if (next.done === true) this.end();
    return next;
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
