import { positionOfCursor } from '../../../application/events/event-cursor';
import type { LogPosition } from '../../../application/ports/logged-event';
import { badInput } from '../errors';

/** The position of an argument `after`; null if there is none. @throws GraphQLError */
export function requirePosition(after: string | null | undefined): LogPosition | null {
  if (after == null) return null;
  const position = positionOfCursor(after);
  if (position === null) {
    throw badInput(
      'after must be a cursor of an event, such as those of `ticketEvents`. Cursors that an earlier version returned in another form cannot be used any more; read the events again without `after`.',
    );
  }
  return position;
}
