import type { DeskClock } from './desk-clock';
import { remainingText } from './desk-clock';
import { inWords, waitedFor } from './event-sentence';
import { fitted, type ScreenLine, type Span, type Style, styled } from './styled-output';
import { columnsTaken, cutTo, padTo, SCREEN_COLUMNS } from './terminal-text';
import type { BriefTicket } from './ticket-documents';

const SEVERITY_STYLES: Readonly<Record<string, Style>> = { SEV1: 'RED', SEV2: 'YELLOW' };
const STATUS_STYLES: Readonly<Record<string, Style>> = { BREACHED: 'RED', AT_RISK: 'YELLOW', FULFILLED: 'GREEN' };

export const inStyleOf = (status: string | null, text: string): Span => {
  const style = STATUS_STYLES[status ?? ''];
  return style === undefined ? text : styled(style, text);
};

export const severitySpan = (severity: string): Span => {
  const style = SEVERITY_STYLES[severity];
  return style === undefined ? severity : styled(style, severity);
};

/** `UPDATE due Mon 2026-11-16 15:00, 1 h 05 min left`; null where nothing is due. */
export function dueSpan({ nextDeadline }: BriefTicket, clock: DeskClock): Span | null {
  if (nextDeadline === null) return null;
  const { kind, dueAt, remaining, status } = nextDeadline;
  const left = remaining === null ? '' : `, ${remainingText(remaining)}`;
  return inStyleOf(status, `${inWords(kind)} due ${clock.time(dueAt)}${left}`);
}

/** What a line says of a ticket besides its subject: severity, state, what it waits for. */
export const stateSpans = ({ severity, state, waiting }: BriefTicket): ScreenLine => [
  severitySpan(severity),
  `, ${inWords(state)}`,
  ...waiting.map(({ reason }) => `, waiting for ${waitedFor(reason)}`),
];

/** The columns of the number of a ticket and the space after it. */
export const NUMBER_COLUMNS = 8;

/** The ticket in two or three lines: its subject, what it is and whose, and what is due. */
export function ticketSummary(ticket: BriefTicket, clock: DeskClock): readonly ScreenLine[] {
  const indentation = ' '.repeat(NUMBER_COLUMNS);
  const number = padTo(NUMBER_COLUMNS, `#${ticket.number} `);
  const due = dueSpan(ticket, clock);
  const assignee = ticket.assignee === null ? 'unassigned' : cutTo(NAME_COLUMNS, ticket.assignee);
  return [
    [styled('BOLD', number), cutTo(SCREEN_COLUMNS - columnsTaken(number), ticket.subject)],
    ...fitted(
      [indentation, ...stateSpans(ticket), `; ${cutTo(NAME_COLUMNS, ticket.client.name)}, ${assignee}`],
      NUMBER_COLUMNS,
    ),
    ...(due === null ? [] : fitted([indentation, due], NUMBER_COLUMNS)),
  ];
}

/** The columns that the name of a client or of a person takes in a list. */
const NAME_COLUMNS = 24;

/** The line that ends an output with times. */
export const zoneLine = ({ zone }: DeskClock): ScreenLine => [
  styled('DIM', `Times are ${zone}; what is left is business time.`),
];
