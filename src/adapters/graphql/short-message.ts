import { withoutCredentials } from '../../application/access/without-credentials';
import { shorten } from '../../domain/text';

/** A message up to this length is never changed. */
const SHORT = 200;
/** A longer message than this is cut in its middle, even if each value in it is short. */
const LONGEST = 400;
/** The longest message that is searched for values. */
const SEARCHED = 4_000;

const QUOTED = /"(?:[^"\\]|\\.){61,}"/gs;
const WITHOUT_SPACES = /\S{61,}/g;
// The value that graphql-js inspects in the message of a variable, up to the reason.
const INSPECTED = /(?<= got invalid value ).{101,}?(?=(?: at "[^"]*")?; )/s;

/**
 * The message of an error without long values and without credentials. graphql-js and Apollo Server
 * repeat names and values of the request in their messages, at full length.
 */
export function shortMessage(repeating: string): string {
  const message = withoutCredentials(repeating);
  if (message.length <= SHORT) return message;
  const short = shorten(message, SEARCHED)
    .replaceAll(QUOTED, (text) => `"${shorten(text.slice(1, -1), 40)}"`)
    .replace(INSPECTED, (text) => shorten(text, 60))
    .replaceAll(WITHOUT_SPACES, (text) => shorten(text, 40));
  return short.length <= LONGEST ? short : shorten(short, SHORT);
}
