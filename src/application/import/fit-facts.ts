import {
  fitTags,
  fitText,
  fitWebAddress,
  LONG_TEXT,
  NAME,
  type OnValueChange,
  SUBJECT,
} from '../../domain/value-rules';
import type { TicketFacts } from './mapping';

/** The client of tickets whose row names none. */
const UNKNOWN_CLIENT = 'Unknown client';

/**
 * The properties of an imported ticket in the form that the API accepts. `onChange` gets each value
 * that had to be shortened, dropped or replaced.
 *
 * @param id the ticket in the log, which is the subject of a ticket without one
 */
export function fitFacts(id: string, facts: TicketFacts, onChange: OnValueChange): TicketFacts {
  const text = (field: string, rule: typeof NAME, value: string | null) =>
    value === null ? null : fitText(field, rule, value, onChange);
  const replaced = (detail: string, by: string): string => {
    onChange({ kind: 'REPLACED', detail });
    return by;
  };
  return {
    client:
      text('the client', NAME, facts.client) ??
      replaced(`the row names no client; the ticket is one of ${JSON.stringify(UNKNOWN_CLIENT)}`, UNKNOWN_CLIENT),
    subject:
      text('the subject', SUBJECT, facts.subject) ?? replaced('the ticket has no subject; its id is the subject', id),
    description: text('the description', LONG_TEXT, facts.description),
    reporter: text('the reporter', NAME, facts.reporter),
    assignee: text('the assignee', NAME, facts.assignee),
    channel: facts.channel,
    externalUrl: facts.externalUrl === null ? null : fitWebAddress('the external URL', facts.externalUrl, onChange),
    tags: fitTags('a tag', facts.tags, onChange),
  };
}
