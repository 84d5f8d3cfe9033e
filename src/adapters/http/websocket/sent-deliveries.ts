import type { Delivery, DeliverySequence } from '../live/event-deliveries';
import { NextMessages } from './next-messages';

const ENDED = { done: true, value: undefined } as const;

/** The socket that a subscription sends on. */
export interface DeliverySocket {
  /** Sends a message. Resolves when the client can take a further one. */
  send(text: Buffer): Promise<void>;
  /** Sends messages in their frames. False if something waits, so that the client is to get one. */
  sendAtOnce(count: number, frames: () => Buffer): boolean;
}

/**
 * The deliveries of a subscription as messages. They go past graphql-ws, which would write each of
 * them for each client: for it, the sequence has no result, and an end.
 *
 * @param count is called with the length of each message
 */
export function sentDeliveries(
  id: string,
  deliveries: DeliverySequence,
  socket: DeliverySocket,
  count: (bytes: number, delivery: Delivery) => void,
): AsyncGenerator<never> {
  const messages = new NextMessages(id);
  let hasEnded = false;
  deliveries.deliverTo?.((taken) => {
    if (hasEnded || !socket.sendAtOnce(taken.length, () => messages.framesOf(taken))) return false;
    for (const delivery of taken) count(messages.lengthOf(delivery), delivery);
    return true;
  });
  const sent: AsyncIterableIterator<never> = {
    async next() {
      for (;;) {
        const { done, value } = await deliveries.next();
        // After `return`, nothing is sent under the id, which can be used again.
        if (done === true || hasEnded) return ENDED;
        count(messages.lengthOf(value), value);
        await socket.send(messages.textOf(value));
      }
    },
    async return() {
      hasEnded = true;
      await deliveries.return?.();
      return ENDED;
    },
    [Symbol.asyncIterator]: () => sent,
  };
  return sent as AsyncGenerator<never>;
}
