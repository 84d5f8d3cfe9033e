import type { Reading } from '../../../application/ports/caller';
import { chargeText, type TextsRead, TooMuchText, textIn } from '../../../application/ports/texts-read';
import type { Lane } from './lanes';
import { allAborted, leavePlace, takePlace } from './operation-places';
import type { Queryable } from './sql';
import { type Scope, scopeOf } from './work-roles';

/** The maximum number of keys in one statement; further keys go into another statement. */
const MAX_KEYS = 500;
/** The characters of texts that one statement for several keys may read. */
const MAX_CHARACTERS = 4_000_000;
/** Keys whose values have more texts than a statement may read are read in this many parts. */
const PARTS = 4;
/** The texts of a statement are divided evenly among its keys unless they are longer. */
const SHORT = 100_000;

interface Waiting<V> {
  readonly key: string;
  readonly reading: Reading;
  readonly resolve: (value: V | null) => void;
  readonly reject: (error: unknown) => void;
}

/** The look-ups of one operation in one turn; without a signal, those of the service itself. */
interface Asked<V> {
  readonly signal: AbortSignal | undefined;
  readonly waiting: readonly Waiting<V>[];
}

/** The look-ups of one turn that one statement can serve. */
interface Together<V> {
  readonly group: string;
  /** What each of their operations may see. */
  readonly scope: Scope;
  readonly operations: Map<AbortSignal | undefined, Waiting<V>[]>;
}

type Lookups<V> = Map<string, Waiting<V>[]>;

/**
 * Returns the values that it finds, by key; the look-up of any other key returns null. Its
 * statement runs on `on`.
 */
type Load<V> = (keys: readonly string[], on: Queryable, group: string) => Promise<ReadonlyMap<string, V>>;

/**
 * Makes a look-up by key of a look-up by keys: the look-ups of one turn of the event loop, of all
 * requests that may see the same clients, go into one statement. Through a connection pool that is
 * more than twice the throughput of one statement each.
 *
 * The statement takes a place in each of its operations, and is cancelled when all of them have
 * ended. An operation that has no place left waits for one, and then has a statement of its own.
 *
 * If their texts are long, they are read a few at a time, each charged to the operations that ask
 * for it, until these have ended or may not read any more.
 *
 * @returns the look-up. Keys of different groups are not looked up together.
 */
export function batched<V>(lane: Lane, load: Load<V>) {
  let pending = new Map<string, Together<V>>();

  const start = (): void => {
    const groups = pending;
    pending = new Map();
    for (const { group, scope, operations } of groups.values()) {
      let together: Asked<V>[] = [];
      let lookUps = 0;
      for (const [signal, waiting] of operations) {
        const asked = { signal, waiting };
        if (!enter(asked, () => void lookUp(group, scope, [asked]))) continue;
        if (lookUps > 0 && lookUps + waiting.length > MAX_KEYS) {
          void lookUp(group, scope, together);
          together = [];
          lookUps = 0;
        }
        together.push(asked);
        lookUps += waiting.length;
      }
      if (together.length > 0) void lookUp(group, scope, together);
    }
  };

  /** Looks up what operations have asked for. Each of them has a place. */
  const lookUp = async (group: string, scope: Scope, operations: readonly Asked<V>[]): Promise<void> => {
    const ended = allAborted(operations.map(({ signal }) => signal));
    const lookups: Lookups<V> = new Map();
    for (const { waiting } of operations) {
      for (const one of waiting) {
        const same = lookups.get(one.key);
        if (same === undefined) lookups.set(one.key, [one]);
        else same.push(one);
      }
    }
    const loadKeys = (keys: readonly string[], texts: TextsRead) =>
      load(keys, lane.forSeveral(scope, ended.signal, texts), group);
    try {
      await readInParts(lookups, [...lookups.keys()], MAX_KEYS, loadKeys);
    } finally {
      ended.dispose();
      for (const { signal } of operations) if (signal !== undefined) leavePlace(signal);
    }
  };

  /** @throws TooMuchText */
  return (reading: Reading, key: string, group = ''): Promise<V | null> =>
    new Promise((resolve, reject) => {
      chargeText(reading.texts, 0);
      if (pending.size === 0) setImmediate(start);
      const { sees, hidesInternal = false } = scopeOf(reading);
      const name = sees === 'ALL' ? group : `${group}\0${hidesInternal}\0${sees.join()}`;
      const { operations } = pending.get(name) ?? { operations: new Map<AbortSignal | undefined, Waiting<V>[]>() };
      if (operations.size === 0) pending.set(name, { group, scope: { sees, hidesInternal }, operations });
      const one = { key, reading, resolve, reject };
      const others = operations.get(reading.signal);
      if (others === undefined) operations.set(reading.signal, [one]);
      else others.push(one);
    });
}

/**
 * Takes a place in the operation. Returns whether there was one at once; otherwise calls `later`
 * when there is.
 */
function enter<V>({ signal, waiting }: Asked<V>, later: () => void): boolean {
  const refuse = (error: unknown): void => {
    for (const { reject } of waiting) reject(error);
  };
  try {
    const entering = signal === undefined ? null : takePlace(signal);
    entering?.then(later, refuse);
    return entering === null;
  } catch (error) {
    refuse(error);
    return false;
  }
}

type LoadKeys<V> = (keys: readonly string[], texts: TextsRead) => Promise<ReadonlyMap<string, V>>;

async function read<V>(lookups: Lookups<V>, keys: readonly string[], load: LoadKeys<V>): Promise<void> {
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
    if (error instanceof TooMuchText && keys.length > 1) {
      return readInParts(lookups, keys, Math.ceil(keys.length / PARTS), load);
    }
    for (const key of keys) {
      settle(lookups, key, ({ reading, reject }) => reject(reading.signal?.aborted ? reading.signal.reason : error));
    }
  }
}

async function readInParts<V>(
  lookups: Lookups<V>,
  keys: readonly string[],
  size: number,
  load: LoadKeys<V>,
): Promise<void> {
  for (let from = 0; from < keys.length; from += size) {
    const part = keys.slice(from, from + size);
    const wanted = from === 0 ? part : part.filter((key) => isWanted(lookups, key));
    if (wanted.length > 0) await read(lookups, wanted, load);
  }
}

/** Whether an operation still waits for the key. The look-ups of the others fail. */
function isWanted<V>(lookups: Lookups<V>, key: string): boolean {
  const still: Waiting<V>[] = [];
  settle(lookups, key, (one) => {
    one.reading.signal?.throwIfAborted();
    chargeText(one.reading.texts, 0);
    still.push(one);
  });
  lookups.set(key, still);
  return still.length > 0;
}

function settle<V>(lookups: Lookups<V>, key: string, act: (one: Waiting<V>) => void): void {
  for (const one of lookups.get(key) ?? []) {
    try {
      act(one);
    } catch (error) {
      one.reject(error);
    }
  }
}
