import { text as textOf } from 'node:stream/consumers';
import { DeskError } from './desk-error';

/**
 * A text as it is given: itself, or all of the input for `-`.
 *
 * @param what is missing where nothing is given
 */
export async function givenText(
  given: string | undefined,
  what: string,
  input: NodeJS.ReadableStream,
): Promise<string> {
  const text = given === '-' ? (await textOf(input)).trimEnd() : given;
  if (text !== undefined && text.trim() !== '') return text;
  throw new DeskError('USAGE', `Give ${what} as an argument, or - to read it from standard input.`);
}

/** An impact of the API. */
export interface GivenImpact {
  readonly audience: string;
  readonly consequence: string;
  readonly note?: string;
}

const code = (text: string): string => text.trim().toUpperCase().replaceAll('-', '_');

/**
 * `ALL_END_USERS/ORDERING_BLOCKED`, also `all-end-users/ordering-blocked`; a note can follow after
 * a colon. The service says which codes its policy has.
 */
export function parseImpact(written: string): GivenImpact {
  const [, audience, consequence, note] = /^([^/:]+)\/([^/:]+)(?::(.+))?$/s.exec(written) ?? [];
  if (audience === undefined || consequence === undefined) {
    throw new DeskError(
      'USAGE',
      `${JSON.stringify(written)} is no impact; it is written AUDIENCE/CONSEQUENCE, such as ALL_END_USERS/ORDERING_BLOCKED, ` +
        'and a note can follow after a colon.',
    );
  }
  return {
    audience: code(audience),
    consequence: code(consequence),
    ...(note === undefined ? {} : { note: note.trim() }),
  };
}

/** The value of an enum of the API: `third-party` as `THIRD_PARTY`. */
export const enumValue = code;
