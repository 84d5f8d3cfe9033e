import { clientIdOf } from './client-name';
import type { Desk } from './desk';
import { enumValue } from './desk-values';
import { fitted } from './styled-output';
import { FIND_TICKETS, type FoundTickets } from './ticket-documents';
import { ticketSummary, zoneLine } from './ticket-lines';

export interface FindOptions {
  readonly text: string;
  /** The name or the global id of a client; null for all. */
  readonly client: string | null;
  readonly states: readonly string[];
  readonly assignee: string | null;
  readonly limit: number;
  /** The cursor that the page before has printed. */
  readonly after: string | null;
}

/** `find`: the tickets with some words in their texts, the newest first. */
export async function findTickets({ service, clock, print }: Desk, options: FindOptions): Promise<void> {
  const { text, client, states, assignee, limit, after } = options;
  const filter = {
    text,
    ...(client === null ? {} : { client: { eq: await clientIdOf(service, client) } }),
    ...(states.length === 0 ? {} : { state: { in: states.map(enumValue) } }),
    ...(assignee === null ? {} : { assignee: { eq: assignee } }),
  };
  const { tickets } = await service.ask<FoundTickets>(FIND_TICKETS, { filter, first: limit, after });
  const { nodes, totalCount, pageInfo } = tickets;
  const further = pageInfo.hasNextPage ? fitted([`More: --after ${pageInfo.endCursor}`], 2) : [];
  const lines =
    totalCount === 0
      ? [['No ticket has these words.']]
      : [
          ...nodes.flatMap((ticket) => ticketSummary(ticket, clock)),
          [],
          ...fitted([
            `${nodes.length} of ${totalCount} ${totalCount === 1 ? 'ticket' : 'tickets'}. `,
            ...zoneLine(clock),
          ]),
          ...further,
        ];
  print(lines, tickets);
}
