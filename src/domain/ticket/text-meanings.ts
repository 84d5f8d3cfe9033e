import { meaning, TEXT } from '../shape';

/**
 * What a text in an event means to a person who asks for the erasure of their data. Every text of
 * `event-shapes.ts` is one of these.
 */
export type TextMeaning =
  /** An id, or a word of a policy or of Stepdown. */
  | 'FACT'
  /** Text that a person wrote. */
  | 'WRITTEN'
  /** The name of a person at the client. */
  | 'REPORTER'
  /** The name of a person who works on tickets. */
  | 'ASSIGNEE'
  | 'TAG'
  | 'EXTERNAL_ID'
  | 'WEB_ADDRESS'
  /** A person at the client, with name, e-mail address, phone number and role. */
  | 'CONTACT'
  /** An actor, with id and name. */
  | 'ACTOR';

const text = (means: TextMeaning) => meaning(means, TEXT);

export const FACT = text('FACT');
export const WRITTEN = text('WRITTEN');
export const REPORTER = text('REPORTER');
export const ASSIGNEE = text('ASSIGNEE');
export const TICKET_TAG = text('TAG');
export const EXTERNAL_ID = text('EXTERNAL_ID');
export const WEB_ADDRESS = text('WEB_ADDRESS');
