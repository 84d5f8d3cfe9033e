/**
 * The results of `select` for each item, in order and without nulls.
 *
 * This is not an async generator, because a generator handles `return()` only after its pending
 * `next()`, so a subscriber of a source without events could never unsubscribe.
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
