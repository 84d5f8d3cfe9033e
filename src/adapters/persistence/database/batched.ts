/** The maximum number of keys in one statement; further keys go into another statement. */
const MAX_KEYS = 500;

/**
 * Makes a look-up by key of a look-up by keys: all look-ups of one turn of the event loop, of all
 * requests, go into one statement. Through a connection pool that is more than twice the throughput
 * of one statement each.
 *
 * @param load returns the values that it finds, by key; the look-up of any other key returns null
 */
export function batched<V>(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>) {
  type Waiting = { readonly resolve: (value: V | null) => void; readonly reject: (error: unknown) => void };
  let pending = new Map<string, Waiting[]>();

  const flush = (lookups: ReadonlyMap<string, readonly Waiting[]>): void => {
    const keys = [...lookups.keys()];
    for (let from = 0; from < keys.length; from += MAX_KEYS) {
      const part = keys.slice(from, from + MAX_KEYS);
      const settle = (act: (one: Waiting, key: string) => void): void => {
        for (const key of part) for (const one of lookups.get(key) ?? []) act(one, key);
      };
      load(part).then(
        (found) => settle((one, key) => one.resolve(found.get(key) ?? null)),
        (error: unknown) => settle((one) => one.reject(error)),
      );
    }
  };

  return (key: string): Promise<V | null> =>
    new Promise((resolve, reject) => {
      if (pending.size === 0) {
        setImmediate(() => {
          const lookups = pending;
          pending = new Map();
          flush(lookups);
        });
      }
      const same = pending.get(key);
      if (same === undefined) pending.set(key, [{ resolve, reject }]);
      else same.push({ resolve, reject });
    });
}
