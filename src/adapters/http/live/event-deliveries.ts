import { setTimeout as sleep } from 'node:timers/promises';
import { type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import { eventCursorOf } from '../../../application/events/event-cursor';
import { RETRY_PAUSE_MS } from '../../../application/events/retry-while-database-is-down';
import type { LogPosition } from '../../../application/ports/logged-event';
import { sizeIn } from '../../graphql/check-operation';
import type { ContextFactory, OperationContext } from '../../graphql/context';
import { isDatabaseAway, isDatabaseOutage, type Presentation } from '../../graphql/errors';
import { RunningOperation } from '../../graphql/running-operation';
import { LogStream } from '../../graphql/subscription/log-stream';
import { presentResult } from './present-result';
import { ENDED, errorResult, operationOf, resultOf } from './run-operation';

/** How often an event is executed while the database lacks memory, space or connections. */
const MOST_ATTEMPTS = 240;

/** An answer of an operation, as it is sent. */
export interface Delivery {
  /** The response in JSON. Several clients can get the same buffer. */
  readonly body: Buffer;
  /** The code of its first error. */
  readonly code: string | undefined;
  /** Of an event of the log. */
  readonly cursor: string | null;
  /** Whether it can differ for another actor with the same rights. */
  readonly isPersonal: boolean;
}

/** Returns whether it has taken the deliveries, all of them or none. */
export type Receive = (deliveries: readonly Delivery[]) => boolean;

/** The deliveries of a subscription. */
export interface DeliverySequence extends AsyncIterableIterator<Delivery> {
  /**
   * From now on, what comes while `next` waits goes to `receive`, as long as that takes it: a
   * promise for each client and event would cost as much as sending it. `next` has the rest.
   */
  deliverTo?(receive: Receive): void;
}

/** How the events of subscriptions are executed. */
export interface EventSettings extends Presentation {
  readonly contextFor: ContextFactory;
  readonly operationTimeoutMs: number;
}

export function deliveryOfResult(
  result: ExecutionResult,
  requestId: string,
  operation: RunningOperation | null,
  presentation: Presentation,
  cursor: string | null = null,
): Delivery {
  const presented = presentResult(result, requestId, operation, presentation);
  const code = presented.errors?.[0]?.extensions?.code;
  return {
    body: Buffer.from(JSON.stringify(presented)),
    code: typeof code === 'string' ? code : undefined,
    cursor,
    isPersonal: operation?.hasReadActor === true,
  };
}

/**
 * The deliveries of one source of events. Each event is executed with a new context, so that `now`
 * is the instant of delivery, each event has its own time limit, and nothing is cached between
 * events. It is executed again while the database is down. If the source fails, the deliveries end
 * with an error.
 */
export class EventDeliveries implements AsyncIterableIterator<Delivery> {
  private readonly events: AsyncIterator<unknown>;
  private readonly allowance: OperationContext['allowance'];
  private running: RunningOperation | null = null;
  private hasEnded = false;

  constructor(
    private readonly args: ExecutionArgs,
    private readonly source: AsyncIterable<unknown>,
    private readonly settings: EventSettings,
  ) {
    this.events = source[Symbol.asyncIterator]();
    this.allowance = { ...contextOf(args).allowance };
  }

  /** The position in the log of the last delivery. */
  get position(): LogPosition {
    return this.source instanceof LogStream ? this.source.position : 0;
  }

  /** Whether the next event has been read. */
  get isReady(): boolean {
    return this.source instanceof LogStream && this.source.isReady;
  }

  /** How far it has read the log: beyond the last delivery if no event after that is for it. */
  get reached(): LogPosition {
    return this.source instanceof LogStream ? this.source.reached : 0;
  }

  async next(): Promise<IteratorResult<Delivery>> {
    if (this.hasEnded) return ENDED;
    const { requestId } = contextOf(this.args);
    try {
      const { done, value } = await this.events.next();
      if (done === true || this.hasEnded) return ENDED;
      const cursor = this.source instanceof LogStream ? eventCursorOf(this.source.position) : null;
      for (let attempt = 1; ; attempt++) {
        const { running, result } = await this.executed(value);
        if (this.hasEnded) return ENDED;
        // An event is in the log, so that it can wait until the rest of its payload can be read.
        const isWorthwhile = attempt < MOST_ATTEMPTS ? isDatabaseOutage : isDatabaseAway;
        if (result.errors?.some(isWorthwhile)) await sleep(RETRY_PAUSE_MS);
        else return { done: false, value: deliveryOfResult(result, requestId, running, this.settings, cursor) };
        if (this.hasEnded) return ENDED;
      }
    } catch (error) {
      if (this.hasEnded) return ENDED;
      this.hasEnded = true;
      await this.events.return?.();
      return { done: false, value: deliveryOfResult(errorResult(error), requestId, null, this.settings) };
    }
  }

  async return(): Promise<IteratorResult<Delivery>> {
    this.hasEnded = true;
    operationOf(this.args).abandon();
    this.running?.abandon();
    await this.events.return?.();
    return ENDED;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async executed(value: unknown) {
    const running = new RunningOperation();
    running.entry = operationOf(this.args).entry?.ofEvent(running) ?? null;
    this.running = running;
    const result = await resultOf(running, this.settings.operationTimeoutMs, () => this.execute(running, value));
    return { running, result };
  }

  private async execute(running: RunningOperation, rootValue: unknown): Promise<ExecutionResult> {
    const entering = running.entry?.enterEvent(sizeIn(this.allowance));
    if (entering != null) await entering;
    const { caller, requestId } = contextOf(this.args);
    const contextValue = this.settings.contextFor(caller, requestId, running);
    Object.assign(contextValue.allowance, this.allowance);
    return execute({ ...this.args, rootValue, contextValue });
  }
}

const contextOf = ({ contextValue }: ExecutionArgs): OperationContext => contextValue as OperationContext;
