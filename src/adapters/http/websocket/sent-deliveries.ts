import type { Delivery } from '../live/event-deliveries';

const ENDED = { done: true, value: undefined } as const;
const END = Buffer.from('}');

/**
 * The deliveries of a subscription as messages. They go past graphql-ws, which would write each of
 * them for each client: for it, the sequence has no result, and an end.
 *
 * @param send resolves when the client can take a further message
 */
export function sentDeliveries(
  id: string,
  deliveries: AsyncIterableIterator<Delivery>,
  send: (message: Buffer, delivery: Delivery) => Promise<void>,
): AsyncGenerator<never> {
  const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  let hasEnded = false;
  const sent: AsyncIterableIterator<never> = {
    async next() {
      for (;;) {
        const { done, value } = await deliveries.next();
        // After `return`, nothing is sent under the id, which can be used again.
        if (done === true || hasEnded) return ENDED;
        await send(Buffer.concat([head, value.body, END]), value);
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
