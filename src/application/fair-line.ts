import type { LineRefusal } from './waiting-line';

export interface FairLineLimits {
  /** The sum of the weights that may be inside at a time. */
  readonly capacity: number;
  /** The sum of what those that wait may hold. */
  readonly maxHeld: number;
  /** The longest wait, in milliseconds; no limit by default. */
  readonly maxWaitMs?: number;
  /** The error for one that may not wait. */
  readonly refuse: (reason: LineRefusal) => Error;
}

/** One that wants to enter. */
export interface Entrant {
  /** Whose it is: the groups take turns. */
  readonly group: string;
  /** Its part of the capacity. One that is heavier than the line counts as the whole capacity. */
  readonly weight: number;
  /** What it holds while it waits, in the unit of `maxHeld`. */
  readonly held: number;
}

interface Waiting extends Entrant {
  readonly enter: () => void;
  readonly refuse: (error: Error) => void;
}

interface Group {
  /** A Set keeps the order, and one that gives up is removed without a search. */
  readonly waiting: Set<Waiting>;
  held: number;
}

/** How many enter in one turn of the event loop, so that other work gets its turns between them. */
const ENTER_AT_ONCE = 10;

/**
 * Lets in as much weight at a time as its capacity. The others wait in the order in which they
 * came, and the groups take turns, one entrant each. When too much waits, the newest of the group
 * that holds the most is refused, so that no group can keep another out. Each one that has entered
 * must leave.
 */
export class FairLine {
  private free: number;
  private held = 0;
  /** In the order of their turns. */
  private readonly groups = new Map<string, Group>();
  private isAdmitting = false;

  constructor(private readonly limits: FairLineLimits) {
    this.free = limits.capacity;
  }

  /** How much weight is inside. */
  get inside(): number {
    return this.limits.capacity - this.free;
  }

  /** How many wait. */
  get waiting(): number {
    return [...this.groups.values()].reduce((sum, { waiting }) => sum + waiting.size, 0);
  }

  /** The part of the capacity that a weight takes. */
  shareOf(weight: number): number {
    return Math.min(weight, this.limits.capacity);
  }

  /**
   * Resolves when the entrant is inside. Null if it is at once.
   *
   * @param source of the signal that ends the waiting; the promise is rejected with its reason. One
   *   that need not wait needs no signal
   * @throws the error of `refuse`, and the reason of the signal
   */
  enter(entrant: Entrant, source?: { readonly signal: AbortSignal }): Promise<void> | null {
    const share = this.shareOf(entrant.weight);
    if (this.groups.size === 0 && share <= this.free) {
      this.free -= share;
      return null;
    }
    const signal = source?.signal;
    signal?.throwIfAborted();
    this.makeRoom(entrant);
    return this.wait(entrant, signal);
  }

  leave(weight: number): void {
    this.free += this.shareOf(weight);
    this.admitSoon();
  }

  /** Refuses others, or this one, while more would wait than may. */
  private makeRoom({ group, held }: Entrant): void {
    while (this.held + held > this.limits.maxHeld) {
      let largest: Group | null = null;
      let most = (this.groups.get(group)?.held ?? 0) + held;
      for (const other of this.groups.values()) {
        if (other.held > most) [largest, most] = [other, other.held];
      }
      const newest = largest === null ? undefined : [...largest.waiting].at(-1);
      if (newest === undefined) throw this.limits.refuse('FULL');
      newest.refuse(this.limits.refuse('FULL'));
    }
  }

  private wait(entrant: Entrant, signal?: AbortSignal): Promise<void> {
    const { maxWaitMs } = this.limits;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const end = (): void => {
        this.remove(one);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const refuse = (error: unknown): void => {
        end();
        reject(error);
        this.admitSoon();
      };
      const onAbort = (): void => refuse(signal?.reason);
      const one: Waiting = {
        ...entrant,
        enter: () => {
          end();
          resolve();
        },
        refuse,
      };
      this.add(one);
      if (maxWaitMs !== undefined) {
        timer = setTimeout(() => refuse(this.limits.refuse('WAITED_TOO_LONG')), maxWaitMs);
      }
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  private add(one: Waiting): void {
    const group = this.groups.get(one.group) ?? { waiting: new Set(), held: 0 };
    group.waiting.add(one);
    group.held += one.held;
    this.held += one.held;
    this.groups.set(one.group, group);
  }

  private remove(one: Waiting): void {
    const group = this.groups.get(one.group);
    if (group?.waiting.delete(one) !== true) return;
    group.held -= one.held;
    this.held -= one.held;
    if (group.waiting.size === 0) this.groups.delete(one.group);
  }

  private admitSoon(): void {
    if (this.isAdmitting || this.groups.size === 0) return;
    this.isAdmitting = true;
    setImmediate(() => {
      this.isAdmitting = false;
      this.admit();
    });
  }

  private admit(): void {
    for (let entered = 0; entered < ENTER_AT_ONCE; entered += 1) {
      const [next] = this.groups;
      if (next === undefined) return;
      const [name, group] = next;
      const [one] = group.waiting;
      // A light one does not overtake, so that a heavy one comes to its turn.
      if (one === undefined || this.shareOf(one.weight) > this.free) return;
      // The other groups have their turns before the rest of this group.
      this.groups.delete(name);
      this.groups.set(name, group);
      this.free -= this.shareOf(one.weight);
      one.enter();
    }
    this.admitSoon();
  }
}
