import { SYSTEM_CALLER } from '../../../application/ports/caller';
import type { LoggedEvent } from '../../../application/ports/logged-event';
import type { TicketReader } from '../../../application/ports/ticket-reader';
import { toIso } from '../../../domain/instant';
import { detailsIn } from '../../../domain/ticket/ticket-details';
import type { TicketEvent } from '../../../domain/ticket/ticket-events';
import type { EventFacts } from '../desk/event-sentence';

const PAGE_SIZE = 100;

/** All events of a ticket in the order of recording, as the API has them. */
export async function ticketStory(
  reader: Pick<TicketReader, 'events'>,
  ticketId: string,
): Promise<readonly EventFacts[]> {
  const events: EventFacts[] = [];
  let after: string | null = null;
  do {
    const request = { count: PAGE_SIZE, from: 'START', after, before: null } as const;
    const page = await reader.events(SYSTEM_CALLER, ticketId, null, request);
    events.push(...page.edges.map(({ node }) => eventFacts(node)));
    after = page.hasNextPage ? (page.edges.at(-1)?.cursor ?? null) : null;
  } while (after !== null);
  return events;
}

const eventFacts = (event: LoggedEvent): EventFacts => ({
  ...factsOfType(event),
  type: event.type,
  at: toIso(event.at),
  recordedAt: toIso(event.recordedAt),
  lateReason: event.lateReason ?? null,
  actor: event.actor,
});

type FactsOfType = Partial<Omit<EventFacts, 'type' | 'at' | 'recordedAt' | 'lateReason' | 'actor'>>;

/** The facts whose names or forms differ between the log and the API, and those that do not. */
function factsOfType(event: TicketEvent): FactsOfType {
  switch (event.type) {
    case 'SUBMITTED':
    case 'COMMITMENT_BREACHED':
    case 'RECLASSIFIED':
    case 'WORKAROUND_WITHDRAWN':
    case 'OVERRIDE_PROPOSED':
    case 'OVERRIDE_APPROVED':
    case 'OVERRIDE_REJECTED':
    case 'WORKAROUND_APPLIED':
    case 'RESOLVED':
    case 'REOPENED':
    case 'CLOSED':
    case 'ASSIGNED':
    case 'MARK_REACHED':
      return event;
    case 'WAITING_STARTED':
    case 'WAITING_STOPPED':
      return { waitingReason: event.reason };
    case 'COMMUNICATED': {
      const { direction, channel, body, automatic } = event;
      return { direction, channel, body, isAutomatic: automatic === true };
    }
    case 'CALL_RECORDED':
      return { body: event.note };
    case 'NOTE_ADDED':
      return { note: event.body };
    case 'TICKET_UPDATED':
      return { changed: detailsIn(event) };
    case 'WAIVER_REJECTED':
      return { kind: event.kind, cycle: event.cycle, reason: event.rejection.reason };
    case 'BREACH_WAIVED':
    case 'WAIVER_APPROVED':
      return { kind: event.kind, cycle: event.cycle, reason: event.waiver.reason };
    case 'ACKNOWLEDGED':
      return {};
  }
}
