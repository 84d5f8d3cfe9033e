import { beginning } from '../../domain/text';
import type { TicketChange } from '../events/ticket-changes';
import { severityChangeIn } from './webhook-filter';
import { messageTypeOf, textOf } from './webhook-payload';

/** What an incoming webhook of Slack takes. */
export interface SlackMessage {
  readonly text: string;
}

/** The longest text of a person in a message, in UTF-16 units. */
const LONGEST_QUOTE = 500;

/** Slack reads these three characters as markup. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const EMOJI: Readonly<Record<string, string>> = { SEV1: ':rotating_light:', SEV2: ':warning:' };

/** One message: what happened to which ticket, and what was written. */
export function slackMessage({ event, before, after }: TicketChange): SlackMessage {
  const change = severityChangeIn(event);
  const severity = change === null ? after.severity : `${change.from} → ${change.to}`;
  const title = `*${severity}* ${nameOf(after)} ${escaped(after.subject)}`;
  const happened = `${messageTypeOf(event.type)} by ${escaped(event.actor.name)}`;
  const moved = before !== null && before.state !== after.state ? `, ${before.state} → ${after.state}` : '';
  const written = textOf(event);
  const quote = written === null ? '' : `\n>${escaped(beginning(written, LONGEST_QUOTE)).replaceAll('\n', '\n>')}`;
  return { text: `${EMOJI[after.severity] ?? ':memo:'} ${title}\n${happened}${moved}${quote}` };
}

/** The number of a ticket, as a link if it has an address. */
const nameOf = ({ number, externalUrl }: TicketChange['after']): string =>
  externalUrl === null ? `#${number}` : `<${linkTarget(externalUrl)}|#${number}>`;

/** `|` ends the target of a link. */
const linkTarget = (url: string): string => escaped(url).replaceAll('|', '%7C');

/** A message of the service itself. */
export const slackNotice = (text: string): SlackMessage => ({ text: escaped(text) });
