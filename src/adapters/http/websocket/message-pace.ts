/** How much sockets may send within a time; see `messageCost` and `PING_COST`. */
export const PACE = {
  windowMs: 10_000,
  /** For a socket: so many short messages, or a tenth of them if they are pings. */
  perSocket: 10_000,
  /** For all sockets of an address. Above it, each of them may send a tenth of its limit. */
  perAddress: 50_000,
  /** For a socket of an address that is above its limit. */
  whileCrowded: 1_000,
} as const;

/** What a ping or a pong costs besides: it is answered at once, and nothing of it waits. */
export const PING_COST = 9;
const CHARACTERS_PER_UNIT = 4_096;

/** What a message costs, by its length in UTF-16 units. */
export const messageCost = (length: number): number => 1 + Math.floor(length / CHARACTERS_PER_UNIT);

/** Whether a socket may go on after it has sent something that costs so much. */
export type Spend = (cost: number) => boolean;

/**
 * Counts what sockets send, in windows of time. Clients that flood with messages that are cheap to
 * send would take the time of the process from all others.
 */
export class MessagePace {
  private startedAt = Number.NEGATIVE_INFINITY;
  private window = 0;
  private readonly byAddress = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** @param address of the client of a new socket, or its network */
  open(address: string): Spend {
    let window = this.window;
    let spent = 0;
    return (cost) => {
      this.turn();
      if (window !== this.window) {
        window = this.window;
        spent = 0;
      }
      spent += cost;
      const ofAddress = (this.byAddress.get(address) ?? 0) + cost;
      this.byAddress.set(address, ofAddress);
      return spent <= (ofAddress > PACE.perAddress ? PACE.whileCrowded : PACE.perSocket);
    };
  }

  private turn(): void {
    const now = this.now();
    if (now - this.startedAt < PACE.windowMs) return;
    this.startedAt = now;
    this.window += 1;
    this.byAddress.clear();
  }
}
