import type { EventType } from '../../../domain/ticket/ticket-events';

/** `WORKAROUND_APPLIED` as `WorkaroundAppliedEvent`. */
export const eventTypeName = ({ type }: { readonly type: EventType }): string => {
  const known = EVENT_TYPE_NAMES.get(type);
  if (known !== undefined) return known;
  const name = `${type.toLowerCase().replace(/(?:^|_)([a-z])/g, (_all, letter: string) => letter.toUpperCase())}Event`;
  EVENT_TYPE_NAMES.set(type, name);
  return name;
};

const EVENT_TYPE_NAMES = new Map<EventType, string>();
