import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import type { Logger } from 'pino';
import type { Sessions } from '../../../application/access/sessions';
import type { Identified } from '../../../application/ports/caller';
import type { RateLimits } from '../../../application/ports/rate-limits';
import { type Admission, OperationEntry } from '../../graphql/admission';
import type { ContextFactory, OperationContext } from '../../graphql/context';
import type { RunningOperation } from '../../graphql/running-operation';
import { LogStream } from '../../graphql/subscription/log-stream';
import { addressGroup } from '../client-address';
import type { SignInSettings } from '../sign-in';
import { type Delivery, type DeliverySequence, deliveryOfResult, EventDeliveries } from './event-deliveries';
import { Outboxes } from './outbox';
import { type OperationRequest, prepareOperation } from './prepare-operation';
import { ENDED, errorResult, executeUntilCompleted } from './run-operation';
import { RunningAnswers } from './running-answers';
import { SocketCounts, type SocketLimits } from './socket-limits';
import { SubscriptionGroups } from './subscription-groups';

export interface LiveSettings extends SocketLimits, SignInSettings {
  readonly schema: GraphQLSchema;
  /** Whether clients may read the schema. */
  readonly introspection: boolean;
  readonly contextFor: ContextFactory;
  /** Limits what callers may cost; null if nothing does. */
  readonly rateLimits: RateLimits | null;
  /** Ends connections when their credentials do. */
  readonly sessions: Sessions;
  /** The time limit of an operation, and of each event of a subscription. */
  readonly operationTimeoutMs: number;
  /** A client that takes nothing of what waits for so long is closed. Default: 30,000. */
  readonly stalledMs?: number;
  readonly logger: Logger;
}

/** Who sends an operation, and how long its message is. */
export interface Sender {
  readonly caller: Identified;
  readonly address: string;
  readonly requestId: string;
  readonly bytes: number;
}

/** The clients that were closed because they do not read, since the start of the process. */
export interface UnreadClosed {
  /** They had taken nothing for a time, or too much waited for one of them. */
  closed: number;
  /** Too much waited for all of them together. */
  cutOff: number;
}

/** An operation that is not executed. */
export class OperationRefused extends Error {
  override readonly name = 'OperationRefused';
  constructor(readonly errors: readonly GraphQLError[]) {
    super(errors.map(({ message }) => message).join(' '));
  }
}

/**
 * Carries out the operations of clients that stay connected, over WebSocket and event streams, and
 * has what all of these connections share: their limits, and what waits to be sent on them.
 */
export class LiveOperations {
  readonly counts: SocketCounts;
  readonly outboxes = new Outboxes();
  readonly running = new RunningAnswers();
  private readonly groups: SubscriptionGroups;
  readonly unread: UnreadClosed = { closed: 0, cutOff: 0 };
  /** Null if requests are not logged. */
  readonly requestLogger: Logger | null;

  constructor(
    readonly settings: LiveSettings,
    private readonly admission: Admission,
  ) {
    this.counts = new SocketCounts(settings);
    this.groups = new SubscriptionGroups(settings);
    this.requestLogger = settings.logger.isLevelEnabled('info') ? settings.logger : null;
  }

  /** Checks an operation. Returns its arguments, or the errors if it is refused. */
  prepare(
    request: OperationRequest,
    { caller, address, requestId, bytes }: Sender,
    operation: RunningOperation,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { admission, settings } = this;
    const entry = new OperationEntry(admission, operation, addressGroup(address), bytes);
    operation.entry = entry;
    return this.running.until(
      prepareOperation(settings, request, entry, admission.documents, () =>
        settings.contextFor(caller, requestId, operation),
      ),
    );
  }

  /**
   * Starts an operation, whose answers can then be read one by one.
   *
   * @throws OperationRefused if it is a subscription that cannot be started
   */
  async start(args: ExecutionArgs): Promise<AsyncIterableIterator<Delivery>> {
    const { requestId, operation } = args.contextValue as OperationContext;
    if (operation?.definition?.operation === OperationTypeNode.SUBSCRIPTION) {
      const started = await this.subscribe(args);
      if (!(Symbol.asyncIterator in started)) throw new OperationRefused(started.errors ?? []);
      return started;
    }
    const results = this.execute(args);
    const deliveries: AsyncIterableIterator<Delivery> = {
      next: async () => {
        const { done, value } = await results.next();
        if (done === true) return ENDED;
        return { done: false, value: deliveryOfResult(value, requestId, operation, this.settings) };
      },
      return: async () => {
        await results.return?.();
        return ENDED;
      },
      [Symbol.asyncIterator]: () => deliveries,
    };
    return deliveries;
  }

  /** Executes a query or a mutation. */
  execute(args: ExecutionArgs): AsyncIterableIterator<ExecutionResult> {
    return this.running.untilEach(executeUntilCompleted(args, this.settings.operationTimeoutMs));
  }

  /** Starts a subscription; a result if it cannot be started. */
  subscribe(args: ExecutionArgs): Promise<DeliverySequence | ExecutionResult> {
    const { operation: own } = args.contextValue as OperationContext;
    const kept = { document: args.document, variables: args.variableValues ?? {}, length: own?.entry?.bytes ?? 0 };
    return this.counts.countSubscription(kept, async () => {
      // Otherwise an error that is not GraphQL's would close the socket, with all its operations.
      const source = await createSourceEventStream(args).catch(errorResult);
      if (source instanceof LogStream) return this.groups.subscribe(args, source);
      return Symbol.asyncIterator in source ? new EventDeliveries(args, source, this.settings) : source;
    });
  }
}
