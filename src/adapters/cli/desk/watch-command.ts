import { clientIdOf } from './client-name';
import type { Desk } from './desk';
import { DeskError } from './desk-error';
import { enumValue } from './desk-values';
import { eventSentence } from './event-sentence';
import { fitted, type ScreenLine, styled } from './styled-output';
import { cutTo } from './terminal-text';
import { LATEST_EVENTS, type LatestEvents, WATCH_EVENTS, type WatchedEvent } from './ticket-documents';
import { severitySpan } from './ticket-lines';
import { ticketIdOf } from './ticket-name';

export interface WatchOptions {
  readonly ticket: string | null;
  /** The name or the global id of a client; null for all. */
  readonly client: string | null;
  readonly severities: readonly string[];
  readonly types: readonly string[];
  /** The cursor of the event after which to begin; null for the end of the log. */
  readonly after: string | null;
}

/** The columns of a subject in the line of an event. */
const SUBJECT_COLUMNS = 24;

/**
 * `watch`: prints each event when it is recorded, until it is interrupted. A broken connection is
 * made again, and no event is missed or printed twice.
 *
 * @throws DeskError with the cursor to go on after, when it is interrupted
 */
export async function watchEvents(desk: Desk, options: WatchOptions, interrupted: AbortSignal): Promise<void> {
  const { service, clock } = desk;
  const filter = {
    ...(options.ticket === null ? {} : { ticket: { eq: await ticketIdOf(service, options.ticket) } }),
    ...(options.client === null ? {} : { client: { eq: await clientIdOf(service, options.client) } }),
    ...(options.severities.length === 0 ? {} : { severity: { in: options.severities.map(enumValue) } }),
    ...(options.types.length === 0 ? {} : { type: { in: options.types.map(enumValue) } }),
  };
  let cursor = options.after ?? (await latestCursor(desk));
  const events = service.subscribe<WatchedEvent>(WATCH_EVENTS, { filter, after: cursor });
  interrupted.addEventListener('abort', () => void events.return());
  if (interrupted.aborted) await events.return();
  desk.notice([[`Events as they happen; Ctrl-C ends. Times are ${clock.zone}.`]]);
  for await (const { ticketEvents } of events) {
    desk.printNext(watchedLines(desk, ticketEvents), ticketEvents);
    cursor = ticketEvents.cursor;
  }
  const goOn = cursor === null ? '' : ` To go on after the last event, add --after ${cursor}`;
  throw new DeskError('INTERRUPTED', `Interrupted.${goOn}`);
}

/** The cursor of the end of the log; null if there are no events. */
async function latestCursor({ service }: Desk): Promise<string | null> {
  const { tickets } = await service.ask<LatestEvents>(LATEST_EVENTS);
  const cursors = tickets.nodes.flatMap(({ events }) => events.nodes.map(({ cursor }) => cursor)).sort();
  return cursors.at(-1) ?? null;
}

const watchedLines = ({ clock }: Desk, { event, ticket }: WatchedEvent['ticketEvents']): readonly ScreenLine[] =>
  fitted(
    [
      `${clock.time(event.at)}  `,
      styled('BOLD', `#${ticket.number}`),
      ' ',
      severitySpan(ticket.severity),
      ` ${cutTo(SUBJECT_COLUMNS, ticket.subject)}: `,
      styled('BOLD', event.actor.name),
      ` ${eventSentence(event)}`,
    ],
    4,
  );
