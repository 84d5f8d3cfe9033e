import { EVENT_SHAPES } from '../../src/domain/ticket/event-shapes';
import type { EventType } from '../../src/domain/ticket/ticket-events';

/** Every type of event. */
export const EVENT_TYPES = Object.keys(EVENT_SHAPES) as readonly EventType[];
