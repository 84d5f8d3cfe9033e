import type { EventType } from './ticket-events';

/**
 * The events that are for the support organisation only: no path shows them to a person of a
 * client. The only place that says it; `visibility.ts` and the policy of the table decide by it.
 */
export const INTERNAL_EVENTS: readonly EventType[] = ['NOTE_ADDED'];

const INTERNAL: ReadonlySet<EventType> = new Set(INTERNAL_EVENTS);
export const isInternal = (type: EventType): boolean => INTERNAL.has(type);
