import { clientIdOf } from './client-name';
import type { Desk } from './desk';
import type { DeskClock } from './desk-clock';
import { inWords } from './event-sentence';
import { ownName } from './own-name';
import { fitted, type ScreenLine, type Span, type Style, styled } from './styled-output';
import { type ShownWorkItem, type ShownWorkList, WORK_LIST } from './ticket-documents';
import { NUMBER_COLUMNS, ticketSummary, zoneLine } from './ticket-lines';

/** Which part of the work list is meant. */
export interface WorkOptions {
  /** The name or the global id of a client; null for all. */
  readonly client: string | null;
  readonly isMine: boolean;
  readonly isUnassigned: boolean;
}

/** What each reason says to do, and in which style. */
export const REASON_TEXTS: Readonly<Record<string, readonly [text: string, style: Style]>> = {
  OVERDUE: ['overdue since', 'RED'],
  DUE_SOON: ['due soon; at risk since', 'YELLOW'],
  AWAITING_REPLY: ['the client awaits a reply since', 'YELLOW'],
  WAITING_TOO_LONG: ['waits too long; to be chased since', 'YELLOW'],
  CALL_OUTSTANDING: ['the client has not called; opened', 'BOLD'],
  WAIVER_PROPOSED: ['a waiver awaits approval since', 'BOLD'],
  OVERRIDE_PROPOSED: ['a lower severity awaits approval since', 'BOLD'],
  UNASSIGNED: ['no one works on it; opened', 'BOLD'],
  LATER: ['nothing to do until', 'DIM'],
};

/** `next`: the first place of the work list. */
export async function showNext(desk: Desk, { client, isMine, isUnassigned }: WorkOptions): Promise<void> {
  const { service, clock, print } = desk;
  const { workList } = await service.ask<ShownWorkList>(WORK_LIST, {
    client: client === null ? null : await clientIdOf(service, client),
    assignee: isMine ? await ownName(desk) : null,
    unassigned: isUnassigned,
    first: 1,
  });
  const [item = null] = workList.nodes;
  const lines = item === null ? [['There is nothing to do.']] : [...itemLines(item, clock), [], zoneLine(clock)];
  print(lines, { next: item });
}

/** `mine`: the work list of the caller. */
export async function listMine(desk: Desk, limit: number, after: string | null): Promise<void> {
  const { service, clock, print } = desk;
  const assignee = await ownName(desk);
  const { workList } = await service.ask<ShownWorkList>(WORK_LIST, {
    assignee,
    unassigned: false,
    first: limit,
    after,
  });
  const { nodes, totalCount, pageInfo } = workList;
  const lines =
    totalCount === 0
      ? fitted([`No ticket of ${assignee} asks for work.`])
      : [
          ...nodes.flatMap((item) => itemLines(item, clock)),
          [],
          ...fitted([
            `${nodes.length} of ${totalCount} ${totalCount === 1 ? 'ticket' : 'tickets'} of ${assignee}. `,
            ...zoneLine(clock),
          ]),
          ...(pageInfo.hasNextPage ? fitted([`More: --after ${pageInfo.endCursor}`], 2) : []),
        ];
  print(lines, workList);
}

/** The ticket, and below it why it is in the list. */
const itemLines = ({ reason, at, ticket }: ShownWorkItem, clock: DeskClock): readonly ScreenLine[] => [
  ...ticketSummary(ticket, clock),
  ...fitted([' '.repeat(NUMBER_COLUMNS), reasonSpan(reason, at, clock)], NUMBER_COLUMNS),
];

/** Why a ticket is in the work list. */
export function reasonSpan(reason: string, at: string | null, clock: DeskClock): Span {
  // A newer service may have reasons that this command does not know.
  const [text, style] = REASON_TEXTS[reason] ?? [`${inWords(reason)} since`, 'BOLD' as const];
  if (at === null) return styled('DIM', reason === 'LATER' ? 'nothing to do unless someone acts' : inWords(reason));
  return styled(style, `${text} ${clock.time(at)}`);
}
