import { GraphQLError, OperationTypeNode } from 'graphql';
import { RunningOperation } from '../../graphql/running-operation';
import type { Delivery } from '../live/event-deliveries';
import { type LiveOperations, OperationRefused, type Sender } from '../live/live-operations';
import type { OperationRequest } from '../live/prepare-operation';
import { presentAll } from '../live/present-result';
import type { RequestLine } from '../request-log';

/** Where the answers of an operation go. Both reject with `CallerGone` if the client has gone. */
export interface Receiver {
  next(delivery: Delivery): Promise<void>;
  complete(): Promise<void>;
}

/** An operation of an event stream. */
export class StreamOperation {
  private deliveries: AsyncIterableIterator<Delivery> | null = null;
  private hasEnded = false;
  readonly running = new RunningOperation();

  /** @param line the line of the log for the operation */
  constructor(
    private readonly live: LiveOperations,
    private readonly line: RequestLine,
  ) {
    line.running = this.running;
  }

  /**
   * Starts it: a subscription receives every event from then on.
   *
   * @param isReadOnly whether it comes by GET, which changes nothing
   * @returns the errors, as an answer, if it is refused
   */
  async start(request: OperationRequest, sender: Sender, isReadOnly: boolean): Promise<Delivery | null> {
    const args = await this.live.prepare(request, sender, this.running);
    if (Array.isArray(args)) return this.refusal(args, sender);
    if (isReadOnly && this.running.definition?.operation === OperationTypeNode.MUTATION) {
      // Gives back its place.
      this.end();
      return this.refusal(
        [new GraphQLError('Send mutations by POST.', { extensions: { code: 'BAD_REQUEST' } })],
        sender,
      );
    }
    // The client can have gone in the meantime.
    if (this.hasEnded) return null;
    try {
      const started = await this.live.start(args as Exclude<typeof args, readonly unknown[]>);
      this.deliveries = started;
      if (this.hasEnded) await started.return?.();
      return null;
    } catch (error) {
      if (error instanceof OperationRefused) return this.refusal(error.errors, sender);
      throw error;
    }
  }

  /** Sends its answers until there is none left, or until it is ended. */
  async sendTo(receiver: Receiver): Promise<void> {
    const { deliveries } = this;
    if (deliveries === null) return;
    for (;;) {
      const { done, value } = await deliveries.next();
      if (this.hasEnded) return;
      if (done === true) return receiver.complete();
      this.line.answers += 1;
      this.line.code ??= value.code;
      // Nothing is read from the log before the client has taken this.
      await receiver.next(value);
    }
  }

  /** Ends it without a further answer: its client has completed it or gone. */
  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.running.abandon();
    void this.deliveries?.return?.();
  }

  private refusal(errors: OperationRefused['errors'], { requestId }: Sender): Delivery {
    const presented = presentAll(errors, requestId, this.live.settings);
    const code = presented[0]?.extensions?.code;
    const shown = typeof code === 'string' ? code : undefined;
    this.line.answers += 1;
    this.line.code ??= shown;
    return { body: Buffer.from(JSON.stringify({ errors: presented })), code: shown, cursor: null, isPersonal: false };
  }
}
