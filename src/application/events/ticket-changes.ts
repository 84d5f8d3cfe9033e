import type { Policy } from '../../domain/policy/policy';
import { pinnedPolicy } from '../policies/pinned-policy';
import type { PlacedEvent } from '../ports/event-log';
import type { Policies } from '../ports/policies';
import type { StoredTicket } from '../ports/stored-ticket';
import type { TicketPasts } from '../ports/ticket-pasts';

/** An event, and its ticket before and after it. */
export interface TicketChange {
  readonly event: PlacedEvent;
  /** Null for the event that opened the ticket. */
  readonly before: StoredTicket | null;
  readonly after: StoredTicket;
  readonly policy: Policy;
}

export interface TicketChangesDeps {
  readonly pasts: TicketPasts;
  readonly policies: Policies;
}

/**
 * The tickets before and after events, in the order of the events, read with one statement.
 *
 * @returns a function for each, which throws if the ticket cannot be read, so that this concerns no
 *   other
 */
export async function ticketChangesOf(
  { pasts, policies }: TicketChangesDeps,
  events: readonly PlacedEvent[],
): Promise<readonly (() => Promise<TicketChange>)[]> {
  if (events.length === 0) return [];
  const wanted = events.flatMap(({ ticketId: id, number }) => [
    { id, version: number - 1 },
    { id, version: number },
  ]);
  const folds = await pasts.at(wanted);
  return events.map((event, index) => async () => {
    const after = folds[2 * index + 1]?.() ?? null;
    if (after === null) throw new Error(`Event ${event.number} of ticket ${event.ticketId} was not found`);
    const before = event.number === 1 ? null : (folds[2 * index]?.() ?? null);
    return { event, before, after, policy: await pinnedPolicy(policies, after) };
  });
}
