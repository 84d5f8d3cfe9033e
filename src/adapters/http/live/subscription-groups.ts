import { createSourceEventStream, type DocumentNode, type ExecutionArgs } from 'graphql';
import { actorKey } from '../../../application/ports/idempotency';
import type { LogPosition } from '../../../application/ports/logged-event';
import type { OperationContext } from '../../graphql/context';
import { RunningOperation } from '../../graphql/running-operation';
import { LogStream } from '../../graphql/subscription/log-stream';
import { type DeliverySequence, EventDeliveries, type EventSettings } from './event-deliveries';
import { groupKeyOf } from './group-key';
import { operationOf } from './run-operation';
import { SharedDeliveries } from './shared-deliveries';
import { type Groups, SharedSubscription } from './shared-subscription';

/** The subscriptions of a process that share their deliveries. */
export class SubscriptionGroups implements Groups {
  private readonly groups = new Map<string, SharedDeliveries>();
  /** The documents whose answers depend on the actor, as an execution has shown. */
  private readonly personal = new WeakSet<DocumentNode>();

  constructor(private readonly settings: EventSettings) {}

  /** The number of groups. */
  get size(): number {
    return this.groups.size;
  }

  /** The deliveries of a subscription that has been started. */
  subscribe(args: ExecutionArgs, stream: LogStream): DeliverySequence {
    const actor = actorKey((args.contextValue as OperationContext).caller.actor);
    return new SharedSubscription(this, args, actor, stream, new EventDeliveries(args, stream, this.settings));
  }

  /** The key of the group that a subscription belongs to now. */
  keyOf(args: ExecutionArgs, actor: string): string {
    return groupKeyOf(args, this.personal.has(args.document) ? actor : null);
  }

  isPersonal({ document }: ExecutionArgs): boolean {
    return this.personal.has(document);
  }

  /** Notes that the answers to a document depend on the actor. */
  notePersonal({ document }: ExecutionArgs): void {
    this.personal.add(document);
  }

  /**
   * Joins the group of a key, which is made if there is none.
   *
   * @param position from where on a new group has deliveries
   */
  join(key: string, args: ExecutionArgs, actor: string, position: LogPosition): SharedDeliveries {
    const known = this.groups.get(key);
    const group =
      known ?? new SharedDeliveries(this.open(args, position), position, actor, () => this.forget(key, group));
    this.groups.set(key, group);
    group.members += 1;
    return group;
  }

  leave(key: string, group: SharedDeliveries): void {
    group.members -= 1;
    if (group.members > 0) return;
    this.forget(key, group);
    void group.close();
  }

  /** Another group can have the key by now. */
  private forget(key: string, group: SharedDeliveries): void {
    if (this.groups.get(key) === group) this.groups.delete(key);
  }

  /** A source of its own: the group goes on when the member who has made it has left. */
  private async open(args: ExecutionArgs, position: LogPosition): Promise<EventDeliveries | null> {
    const { caller, requestId, allowance } = args.contextValue as OperationContext;
    const operation = new RunningOperation();
    operation.definition = operationOf(args).definition;
    operation.entry = operationOf(args).entry?.ofEvent(operation) ?? null;
    const contextValue = this.settings.contextFor(caller, requestId, operation);
    Object.assign(contextValue.allowance, allowance);
    const own = { ...args, contextValue };
    const source = await createSourceEventStream(own).catch(() => null);
    if (!(source instanceof LogStream)) return null;
    source.goTo(position);
    return new EventDeliveries(own, source, this.settings);
  }
}
