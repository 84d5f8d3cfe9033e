import { addressGroup } from './client-address';

/** A client that moves nothing for so long is no longer waited for when room is needed. */
const SETTLED_MS = 1_000;

/** Bytes that the service keeps for one client, until it has taken or sent the rest of them. */
export interface Held {
  /** Keeps so many bytes from now on. False if there is no room; then nothing more is kept. */
  resize(bytes: number): boolean;
  /** The client has taken or sent something. */
  moved(): void;
  release(): void;
}

interface Holder {
  readonly group: string;
  readonly cut: () => void;
  bytes: number;
  movedAt: number;
}

/**
 * Bounds the bytes that are kept for all clients together. When there is no room, the address that
 * holds the most gives way: the holder of it that has moved nothing for the longest is cut off, or,
 * if all have moved within a second, the new bytes are refused. So a client that stalls cannot keep
 * out one that moves, nor an address the other addresses.
 */
export class ByteBudget {
  private readonly holders = new Set<Holder>();
  private readonly byGroup = new Map<string, number>();
  private total = 0;

  constructor(
    private readonly limit: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The bytes that are kept now. */
  get held(): number {
    return this.total;
  }

  /** @param cut frees what a client holds at once; it gets no answer or a broken one */
  hold(address: string, cut: () => void): Held {
    const holder: Holder = { group: addressGroup(address), cut, bytes: 0, movedAt: this.now() };
    this.holders.add(holder);
    return {
      resize: (bytes) => this.resize(holder, bytes),
      moved: () => {
        holder.movedAt = this.now();
      },
      release: () => this.release(holder),
    };
  }

  private resize(holder: Holder, bytes: number): boolean {
    if (!this.holders.has(holder)) return false;
    this.count(holder, bytes - holder.bytes);
    while (this.total > this.limit) {
      const victim = this.victim(holder);
      this.release(victim);
      if (victim === holder) return false;
      victim.cut();
    }
    return true;
  }

  private release(holder: Holder): void {
    if (this.holders.delete(holder)) this.count(holder, -holder.bytes);
  }

  private count(holder: Holder, difference: number): void {
    holder.bytes += difference;
    this.total += difference;
    const ofGroup = (this.byGroup.get(holder.group) ?? 0) + difference;
    if (ofGroup === 0) this.byGroup.delete(holder.group);
    else this.byGroup.set(holder.group, ofGroup);
  }

  private victim(asking: Holder): Holder {
    const [group] = [...this.byGroup].reduce((a, b) => (b[1] > a[1] ? b : a));
    const others = [...this.holders].filter((one) => one !== asking && one.group === group && one.bytes > 0);
    const [first] = others;
    if (first === undefined) return asking;
    const stalest = others.reduce((a, b) => (b.movedAt < a.movedAt ? b : a), first);
    if (group !== asking.group || this.now() - stalest.movedAt >= SETTLED_MS) return stalest;
    // Of those that move, one that asks for little does not give way to one that holds much.
    const largest = others.reduce((a, b) => (b.bytes > a.bytes ? b : a), first);
    return largest.bytes > 2 * asking.bytes ? largest : asking;
  }
}
