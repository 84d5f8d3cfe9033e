/** The number of values that are kept. */
const MOST_KEPT = 10_000;

interface Kept<V> {
  /** A promise while it is being read. */
  value: V | Promise<V>;
  /** On the monotonic clock, in milliseconds. */
  readonly readAt: number;
}

/** Values that are read again when they are older than their lifetime. */
export class ShortLived<V> {
  private readonly kept = new Map<string, Kept<V>>();

  /** @param lifetimeMs how old a value may be, in milliseconds */
  constructor(private readonly lifetimeMs: number) {}

  /**
   * Not a promise if the value is known.
   *
   * @param read reads the value, given the last one that was read; a failure is not kept
   */
  get(key: string, read: (last: V | undefined) => Promise<V>): V | Promise<V> {
    const known = this.kept.get(key);
    const now = performance.now();
    if (known !== undefined && now - known.readAt < this.lifetimeMs) return known.value;
    const value = read(known?.value instanceof Promise ? undefined : known?.value);
    const kept: Kept<V> = { value, readAt: now };
    // So that the oldest stays the first.
    this.kept.delete(key);
    this.kept.set(key, kept);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value ?? '');
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

  forget(key: string): void {
    this.kept.delete(key);
  }
}
