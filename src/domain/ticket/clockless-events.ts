import type { Command } from './commands';
import type { EventType } from './ticket-events';

/**
 * The commands that touch no clock, with their events. They are no action on the ticket: the time
 * after an imported history stays unmeasured.
 */
const CLOCKLESS = { addNote: 'NOTE_ADDED', updateTicket: 'TICKET_UPDATED' } as const satisfies {
  readonly [Type in Command['type']]?: EventType;
};

const COMMANDS: ReadonlySet<string> = new Set(Object.keys(CLOCKLESS));
const EVENTS: ReadonlySet<EventType> = new Set(Object.values(CLOCKLESS));

export const isClocklessCommand = ({ type }: Command): boolean => COMMANDS.has(type);
export const isClocklessEvent = (type: EventType): boolean => EVENTS.has(type);
