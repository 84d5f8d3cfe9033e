/**
 * What `select` makes of each item, without those it answers null for; in order.
 *
 * Written out because an async generator takes a `return()` only when its pending `next()` is answered, so that a
 * subscriber of a quiet source could never leave.
 */
export function selectAsync<In, Out>(
  source: AsyncIterableIterator<In>,
  select: (item: In) => Promise<Out | null>,
): AsyncIterableIterator<Out> {
  const end = async (): Promise<void> => {
    await source.return?.();
  };
  const selected: AsyncIterableIterator<Out> = {
    async next() {
      for (;;) {
        const { done, value } = await source.next();
        if (done === true) return { done: true, value: undefined };
        const item = await select(value).catch(async (error: unknown) => {
          await end();
          throw error;
        });
        if (item !== null) return { done: false, value: item };
      }
    },
    async return() {
      await end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => selected,
  };
  return selected;
}
