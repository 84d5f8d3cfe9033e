import type { PlacedEvent, UnreadableEntry } from '../ports/event-log';
import { isPassingFault } from '../ports/store-errors';
import { isOfNewerVersion } from './readable-part';
import { type TicketChange, type TicketChangesDeps, ticketChangesOf } from './ticket-changes';

export interface ReadableChanges {
  /** The changes up to `newer`, by their events, in their order. Damaged ones are left out. */
  readonly changes: ReadonlyMap<PlacedEvent, TicketChange>;
  /** The first event whose ticket has one of a newer version; null if there is none. */
  readonly newer: UnreadableEntry | null;
}

/**
 * The tickets before and after events, as far as this version of Stepdown can read them.
 *
 * @param onDamaged called for each event whose ticket no version can read
 * @throws what is a passing fault, so that no event is left out because of it
 */
export async function readableChanges(
  deps: TicketChangesDeps,
  entries: readonly PlacedEvent[],
  onDamaged: (error: unknown, entry: PlacedEvent) => void,
): Promise<ReadableChanges> {
  const read = await ticketChangesOf(deps, entries);
  const changes = new Map<PlacedEvent, TicketChange>();
  for (const [index, entry] of entries.entries()) {
    try {
      const change = await read[index]?.();
      if (change !== undefined) changes.set(entry, change);
    } catch (error) {
      if (isPassingFault(error)) throw error;
      if (isOfNewerVersion(error))
        return { changes, newer: { position: entry.position, clientId: entry.clientId, error } };
      onDamaged(error, entry);
    }
  }
  return { changes, newer: null };
}
