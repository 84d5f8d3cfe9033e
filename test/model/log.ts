import type { Entry, Instant, WaitingReason } from './history';
import type { Kind } from './policy';

/** What is recorded, in that order: accepted entries, and the events of the engine in between. */
export type LogItem =
  | { readonly kind: 'entry'; readonly at: Instant; readonly entry: Entry; readonly index: number }
  | EngineItem;

/** `at` is the instant that the event carries, not when the engine saw it. */
export type EngineItem =
  | { readonly kind: 'mark'; readonly at: Instant; readonly commitment: Kind; readonly cycle: number; name: string }
  | { readonly kind: 'breach'; readonly at: Instant; readonly commitment: Kind; readonly cycle: number }
  | { readonly kind: 'chase'; readonly at: Instant; readonly reason: WaitingReason }
  | { readonly kind: 'closedBySilence'; readonly at: Instant };

/** A breach exists from the millisecond after the due instant on. */
export function hadHappened(item: LogItem, asOf: Instant): boolean {
  return item.kind === 'breach' ? item.at < asOf : item.at <= asOf;
}
