import type { LoggedEvent } from '../../application/ports/events';
import { textIn } from '../../application/ports/texts-read';

/** The limits of the events that wait because subscribers do not take them. */
export const WAITING_LIMITS = {
  /** For one subscription. */
  events: 1_000,
  /** For one subscription, in UTF-16 units: about fifty events with the longest texts. */
  characters: 8_000_000,
  /** For all subscriptions of the process. An event that waits for several of them counts once. */
  charactersInAll: 32_000_000,
} as const;

export type WaitingLimits = Readonly<Record<keyof typeof WAITING_LIMITS, number>>;

/** What an event occupies besides its texts, in the same unit. */
const EVENT_CHARACTERS = 1_000;

/** Counts the characters of the events that wait for the subscriptions of a process. */
export class WaitingEvents {
  private readonly held = new Map<LoggedEvent, { readonly characters: number; subscriptions: number }>();
  private total = 0;

  get characters(): number {
    return this.total;
  }

  /** Counts an event that begins to wait for a subscription, and returns its characters. */
  add(event: LoggedEvent): number {
    const known = this.held.get(event);
    if (known !== undefined) {
      known.subscriptions += 1;
      return known.characters;
    }
    const characters = EVENT_CHARACTERS + textIn(event);
    this.held.set(event, { characters, subscriptions: 1 });
    this.total += characters;
    return characters;
  }

  /** Forgets an event that no longer waits for a subscription, and returns its characters. */
  remove(event: LoggedEvent): number {
    const known = this.held.get(event);
    if (known === undefined) return 0;
    known.subscriptions -= 1;
    if (known.subscriptions === 0 && this.held.delete(event)) this.total -= known.characters;
    return known.characters;
  }
}
