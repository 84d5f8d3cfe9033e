/** The number of values that are kept. */
const MOST_KEPT = 10_000;

interface Kept<V> {
  /** A promise while it is being read. */
  value: V | Promise<V>;
  /** What was read before it. */
  readonly last: V | undefined;
  /** When reading it began, on the monotonic clock, in milliseconds. */
  readonly readAt: number;
  /** Whether its successor is or was being read already. */
  isRenewed: boolean;
}

/** Values that are read again when they are older than their lifetime. */
export class ShortLived<V> {
  private readonly kept = new Map<string, Kept<V>>();

  /**
   * @param lifetimeMs how old a value may be, in milliseconds
   * @param renewAfterMs from this age on, a value that is used is read again in the background; by
   *   default that does not happen
   */
  constructor(
    private readonly lifetimeMs: number,
    private readonly renewAfterMs = lifetimeMs,
  ) {}

  /**
   * Not a promise if the value is known.
   *
   * @param read reads the value, given the last one that was read; a failure is not kept
   */
  get(key: string, read: (last: V | undefined) => Promise<V>): V | Promise<V> {
    const known = this.kept.get(key);
    const now = performance.now();
    if (known !== undefined && now - known.readAt < this.lifetimeMs) {
      if (now - known.readAt >= this.renewAfterMs) this.renew(key, known, now, read);
      return known.value;
    }
    const last = lastOf(known);
    const value = read(last);
    const kept: Kept<V> = { value, last, readAt: now, isRenewed: false };
    this.keep(key, kept);
    value.then(
      (done) => {
        kept.value = done;
      },
      () => {
        if (this.kept.get(key) === kept) this.kept.delete(key);
      },
    );
    return value;
  }

  /** What was read last, however long ago; undefined if that is not kept. */
  last(key: string): V | undefined {
    return lastOf(this.kept.get(key));
  }

  forget(key: string): void {
    this.kept.delete(key);
  }

  /** If it fails, the value is read again, and that awaited, at the end of its lifetime. */
  private renew(key: string, known: Kept<V>, readAt: number, read: (last: V | undefined) => Promise<V>): void {
    if (known.isRenewed || known.value instanceof Promise) return;
    known.isRenewed = true;
    read(known.value).then(
      (value) => {
        if (this.kept.get(key) === known) this.keep(key, { value, last: undefined, readAt, isRenewed: false });
      },
      () => undefined,
    );
  }

  private keep(key: string, kept: Kept<V>): void {
    // So that the oldest stays the first.
    this.kept.delete(key);
    this.kept.set(key, kept);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value ?? '');
  }
}

const lastOf = <V>(kept: Kept<V> | undefined): V | undefined =>
  kept?.value instanceof Promise ? kept.last : kept?.value;
