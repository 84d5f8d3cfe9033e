import { type ExecutionResult, GraphQLError } from 'graphql';
import { FAULT_CODES } from '../../graphql/errors';
import { addressGroup } from '../client-address';
import type { DeliverySequence } from './event-deliveries';
import { type Kept, KeptSubscriptions } from './kept-subscriptions';

/** The maximum number of running operations of a socket, or of an event stream. */
export const MAX_OPERATIONS = 100;

/** The limits of a process. Each message on an exceeded limit names it and its variable. */
export interface SocketLimits {
  readonly maxSockets: number;
  /** Sockets of one IPv4 address, or of one IPv6 network of 64 bits. */
  readonly maxSocketsPerAddress: number;
  readonly maxSubscriptions: number;
  readonly operationMemoryMb: number;
}

/** Counts sockets and subscriptions. */
export class SocketCounts {
  private sockets = 0;
  private readonly byAddress = new Map<string, number>();
  private subscriptions = 0;

  private readonly kept: KeptSubscriptions;

  constructor(private readonly limits: SocketLimits) {
    this.kept = new KeptSubscriptions(limits.operationMemoryMb);
  }

  /**
   * Counts a socket until the returned function is called.
   * @returns a sentence if there are too many
   */
  addSocket(address: string): (() => void) | string {
    const { maxSockets, maxSocketsPerAddress } = this.limits;
    const group = addressGroup(address);
    const ofGroup = this.byAddress.get(group) ?? 0;
    if (this.sockets >= maxSockets) return `At most ${maxSockets} sockets (STEPDOWN_MAX_SOCKETS)`;
    if (ofGroup >= maxSocketsPerAddress) {
      return `At most ${maxSocketsPerAddress} sockets of one address (STEPDOWN_MAX_SOCKETS_PER_ADDRESS)`;
    }
    this.sockets += 1;
    this.byAddress.set(group, ofGroup + 1);
    return once(() => {
      this.sockets -= 1;
      const left = (this.byAddress.get(group) ?? 1) - 1;
      if (left === 0) this.byAddress.delete(group);
      else this.byAddress.set(group, left);
    });
  }

  /**
   * Starts a subscription and counts it until it ends.
   * @param what the memory that it keeps
   * @param start returns a sequence, or a result if it cannot be started
   */
  async countSubscription(
    what: Kept,
    start: () => Promise<DeliverySequence | ExecutionResult>,
  ): Promise<DeliverySequence | ExecutionResult> {
    const { maxSubscriptions } = this.limits;
    if (this.subscriptions >= maxSubscriptions) {
      return tooMany(
        `This process serves at most ${maxSubscriptions} subscriptions at a time (STEPDOWN_MAX_SUBSCRIPTIONS); try again later.`,
      );
    }
    const forget = this.kept.add(what);
    if (typeof forget === 'string') return tooMany(forget);
    this.subscriptions += 1;
    const end = once(() => {
      this.subscriptions -= 1;
      forget();
    });
    try {
      const started = await start();
      if (!(Symbol.asyncIterator in started)) {
        end();
        return started;
      }
      return endingWith(started, end);
    } catch (error) {
      end();
      throw error;
    }
  }
}

const tooMany = (sentence: string): ExecutionResult => ({
  errors: [new GraphQLError(sentence, { extensions: { code: FAULT_CODES.tooManySubscriptions } })],
});

function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (hasRun) return;
    hasRun = true;
    run();
  };
}

/** The same sequence, which calls `end` when it has ended, failed or been left. */
function endingWith(source: DeliverySequence, end: () => void): DeliverySequence {
  const results: DeliverySequence = {
    deliverTo: (receive) => source.deliverTo?.(receive),
    async next() {
      try {
        const result = await source.next();
        if (result.done === true) end();
        return result;
      } catch (error) {
        end();
        throw error;
      }
    },
    async return() {
      end();
      return (await source.return?.()) ?? { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}
