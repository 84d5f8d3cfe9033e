import { type DeskClock, remainingText } from './desk-clock';
import { eventLines } from './event-lines';
import { inWords, waitedFor } from './event-sentence';
import { fitted, fittedText, type ScreenLine, type Span, styled } from './styled-output';
import { padTo } from './terminal-text';
import type { ShownTicket } from './ticket-documents';
import { inStyleOf, stateSpans, zoneLine } from './ticket-lines';

/** The columns of the names on the left. */
const LABEL_COLUMNS = 12;

const labelled = (label: string, ...spans: readonly Span[]): readonly ScreenLine[] =>
  fitted([padTo(LABEL_COLUMNS, label), ...spans], LABEL_COLUMNS);

const ifThere = (label: string, text: string | null | undefined): readonly ScreenLine[] =>
  text === null || text === undefined || text === '' ? [] : labelled(label, text);

/** `show`: everything that a person needs to work on a ticket, in lines of 80 columns. */
export function ticketPage(ticket: ShownTicket, clock: DeskClock): readonly ScreenLine[] {
  const { classification, workaround } = ticket;
  return [
    ...fitted([styled('BOLD', `#${ticket.number}  ${ticket.subject}`)], 2),
    ...fitted([...stateSpans(ticket), `; opened ${clock.time(ticket.openedAt)}`], 2),
    [],
    ...labelled('Client', ticket.client.name),
    ...labelled('Assignee', ticket.assignee ?? 'unassigned'),
    ...ifThere('Reporter', ticket.reporter),
    ...labelled('Channel', inWords(ticket.channel)),
    ...ifThere('External', [ticket.externalId, ticket.externalUrl].filter((part) => part !== null).join('  ')),
    ...ifThere('Tags', ticket.tags.join(', ')),
    ...ifThere('Follows', followed(ticket)),
    ...labelled('Severity', `${classification.clause}: ${classification.text}`),
    ...ifThere('Override', reasoned(classification.override)),
    ...ifThere('Proposed', proposed(ticket)),
    ...ticket.impacts.flatMap(({ audience, consequence, note }, index) =>
      labelled(index === 0 ? 'Impacts' : '', `${audience}/${consequence}${note === null ? '' : `: ${note}`}`),
    ),
    ...ifThere('Workaround', workaround && `${workaround.description} (${workaround.by.name})`),
    ...ticket.waiting.flatMap(({ reason, since }) =>
      labelled('Waiting', `for ${waitedFor(reason)} since ${clock.time(since)}`),
    ),
    ...ifThere('Client to', ticket.clientActionsOutstanding.map(inWords).join(', ')),
    ...ifThere('Resolution', ticket.resolution),
    ...promises(ticket, clock),
    ...breaches(ticket, clock),
    ...section('Description', ticket.description === null ? [] : fittedText(ticket.description, 2)),
    ...section(
      historyTitle(ticket),
      ticket.events.nodes.flatMap((event) => eventLines(event, clock)),
    ),
    [],
    zoneLine(clock),
  ];
}

const section = (title: string, lines: readonly ScreenLine[]): readonly ScreenLine[] =>
  lines.length === 0 ? [] : [[], [styled('BOLD', title)], ...lines];

const followed = ({ followUpOf }: ShownTicket): string | null =>
  followUpOf && `#${followUpOf.number} ${followUpOf.subject}`;

const reasoned = (by: { readonly reason: string; readonly by: { readonly name: string } } | null): string | null =>
  by && `${by.reason} (${by.by.name})`;

const proposed = ({ classification: { proposal } }: ShownTicket): string | null =>
  proposal && `${proposal.severity}${proposal.reason === null ? '' : `: ${proposal.reason}`} (${proposal.by.name})`;

function promises({ sla }: ShownTicket, clock: DeskClock): readonly ScreenLine[] {
  const lines = [sla.response, sla.update, sla.resolution].flatMap((commitment) => {
    if (commitment === null) return [];
    const { kind, status, dueAt, remaining, bestEffort } = commitment;
    const due = dueAt === null ? '' : `due ${clock.time(dueAt)}`;
    const left = remaining === null || !RUNNING.includes(status) ? '' : remainingText(remaining);
    const parts = [due, left].filter((part) => part !== '').join(', ');
    return fitted(
      [
        `  ${padTo(LABEL_COLUMNS, inWords(kind))}`,
        inStyleOf(status, bestEffort ? 'best effort' : inWords(status)),
        parts === '' ? '' : `; ${parts}`,
      ],
      LABEL_COLUMNS + 2,
    );
  });
  return section('Promises', lines);
}

const RUNNING: readonly string[] = ['RUNNING', 'AT_RISK', 'PAUSED', 'BREACHED'];

function breaches(ticket: ShownTicket, clock: DeskClock): readonly ScreenLine[] {
  const lines = ticket.breaches.flatMap(({ kind, cycle, severityAtBreach, breachedAt, waiver }) => {
    const at = breachedAt === null ? '' : ` ${clock.time(breachedAt)}`;
    const severity = severityAtBreach === null ? '' : ` at ${severityAtBreach}`;
    const waived = waiver === null ? '' : `; waived by ${waiver.by.name}: ${waiver.reason}`;
    return fitted([`  ${inWords(kind)}, cycle ${cycle},${at}${severity}${waived}`], 4);
  });
  return section('Breaches', lines);
}

const historyTitle = ({ events: { totalCount, nodes } }: ShownTicket): string =>
  nodes.length < totalCount ? `History, the last ${nodes.length} of ${totalCount} events` : 'History';
