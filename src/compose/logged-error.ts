import { stdSerializers } from 'pino';
import { printable } from '../adapters/cli/printable';
import { withoutCredentials } from '../application/access/without-credentials';
import { shorten } from '../domain/text';

/**
 * The fields of an error that the log has. The others can quote what customers wrote: `detail` and
 * `where` of PostgreSQL a row or the values of a statement, `parameters` of TypeORM the same.
 */
const FIELDS = ['type', 'code', 'severity', 'schema', 'table', 'column', 'constraint', 'syscall', 'address', 'port'];

/** The most UTF-16 units of a message, and of a stack. */
const LONGEST_TEXT = 4_000;

/** What the log says of an error, with its causes. Characters that a terminal obeys are removed. */
export function loggedError(error: unknown): unknown {
  return fieldsOf(stdSerializers.err(error as Error));
}

function fieldsOf(serialized: unknown): Readonly<Record<string, unknown>> {
  // Anything can be thrown.
  const fields = (serialized ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof fields.message !== 'string') return { type: typeof serialized };
  const { message, stack, aggregateErrors } = fields;
  return {
    ...Object.fromEntries(FIELDS.flatMap((name) => (fields[name] === undefined ? [] : [[name, textOf(fields[name])]]))),
    message: textOf(message),
    stack: textOf(stack),
    ...(Array.isArray(aggregateErrors) ? { aggregateErrors: aggregateErrors.map(fieldsOf) } : {}),
  };
}

// Before it is shortened: the rest of a secret that is cut does not look like one.
const textOf = (text: unknown): string => printable(shorten(withoutCredentials(String(text)), LONGEST_TEXT));
