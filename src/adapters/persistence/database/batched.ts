import type { Reading } from '../../../application/ports/caller';
import { chargeText, type TextsRead, TooMuchText, textIn } from '../../../application/ports/texts-read';

/** The maximum number of keys in one statement; further keys go into another statement. */
const MAX_KEYS = 500;
/** The characters of texts that one statement for several keys may read. */
const MAX_CHARACTERS = 4_000_000;
/** Keys whose values have more texts than a statement may read are read in this many parts. */
const PARTS = 4;
/** The texts of a statement are divided evenly among its keys unless they are longer. */
const SHORT = 100_000;

interface Waiting<V> {
  readonly reading: Reading;
  readonly resolve: (value: V | null) => void;
  readonly reject: (error: unknown) => void;
}

type Lookups<V> = Map<string, Waiting<V>[]>;

/**
 * Makes a look-up by key of a look-up by keys: all look-ups of one turn of the event loop, of all
 * requests, go into one statement. Through a connection pool that is more than twice the throughput
 * of one statement each.
 *
 * If their texts are long, they are read a few at a time, each charged to the operations that ask
 * for it, until these have ended or may not read any more.
 *
 * @param load returns the values that it finds, by key; the look-up of any other key returns null.
 *   Its statement has to note the texts that it reads.
 */
export function batched<V>(load: (keys: readonly string[], texts: TextsRead) => Promise<ReadonlyMap<string, V>>) {
  let pending: Lookups<V> = new Map();

  const settle = (lookups: Lookups<V>, key: string, act: (one: Waiting<V>) => void): void => {
    for (const one of lookups.get(key) ?? []) {
      try {
        act(one);
      } catch (error) {
        one.reject(error);
      }
    }
  };

  const read = async (lookups: Lookups<V>, keys: readonly string[]): Promise<void> => {
    const texts = { characters: 0, most: keys.length === 1 ? Number.POSITIVE_INFINITY : MAX_CHARACTERS };
    try {
      const found = await load(keys, texts);
      const isShort = texts.characters <= SHORT || keys.length === 1;
      for (const key of keys) {
        const value = found.get(key) ?? null;
        const characters = isShort ? texts.characters / keys.length : textIn(value);
        settle(lookups, key, ({ reading, resolve }) => {
          chargeText(reading.texts, characters);
          resolve(value);
        });
      }
    } catch (error) {
      if (error instanceof TooMuchText && keys.length > 1) return readInParts(lookups, keys);
      for (const key of keys) settle(lookups, key, ({ reject }) => reject(error));
    }
  };

  const readInParts = async (lookups: Lookups<V>, keys: readonly string[]): Promise<void> => {
    const size = Math.ceil(keys.length / PARTS);
    for (let from = 0; from < keys.length; from += size) {
      const wanted = keys.slice(from, from + size).filter((key) => isWanted(lookups, key));
      if (wanted.length > 0) await read(lookups, wanted);
    }
  };

  /** Whether an operation still waits for the key. The look-ups of the others fail. */
  const isWanted = (lookups: Lookups<V>, key: string): boolean => {
    const still: Waiting<V>[] = [];
    settle(lookups, key, (one) => {
      one.reading.signal?.throwIfAborted();
      chargeText(one.reading.texts, 0);
      still.push(one);
    });
    lookups.set(key, still);
    return still.length > 0;
  };

  /** @throws TooMuchText */
  return (key: string, reading: Reading): Promise<V | null> =>
    new Promise((resolve, reject) => {
      chargeText(reading.texts, 0);
      if (pending.size === 0) {
        setImmediate(() => {
          const lookups = pending;
          pending = new Map();
          const keys = [...lookups.keys()];
          for (let from = 0; from < keys.length; from += MAX_KEYS) {
            void read(lookups, keys.slice(from, from + MAX_KEYS));
          }
        });
      }
      const one = { reading, resolve, reject };
      const same = pending.get(key);
      if (same === undefined) pending.set(key, [one]);
      else same.push(one);
    });
}
