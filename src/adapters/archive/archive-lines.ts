import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { OperatorError } from '../../application/operator-error';
import type { ArchiveRecord } from '../../application/ports/archive';
import { type EpochMs, isIsoInstant, toIso } from '../../domain/instant';
import {
  BOOLEAN,
  checkedBy,
  INTEGER,
  mapOf,
  nullable,
  objectOf,
  oneOf,
  problemText,
  type Shape,
  TEXT,
} from '../../domain/shape';
import { isUuid } from '../../domain/text';
import { ACTOR_SHAPE } from '../../domain/ticket/event-shapes';

/**
 * The file of a full export: JSON lines, each with its `kind`. The first line is the header, then
 * come policies, clients, and each ticket with its events. Instants are RFC 3339 in UTC.
 */

/** The version of the format, which the header names. */
const FORMAT = 1;

/** A file that cannot be restored; the message says what to do. */
export class ArchiveError extends OperatorError {
  override readonly name = 'ArchiveError';
}

/** The fields that hold instants: epoch milliseconds in the program, text in the file. */
const INSTANTS = ['exportedAt', 'publishedAt', 'createdAt', 'at', 'recordedAt'] as const;

/** The line of a record, with its line break. */
export function archiveLine(record: ArchiveRecord): string {
  const { kind, ...fields } = record;
  const line: Record<string, unknown> =
    kind === 'header' ? { kind, stepdownExport: FORMAT, ...fields } : { kind, ...fields };
  for (const name of INSTANTS) if (name in line) line[name] = toIso(line[name] as EpochMs);
  return `${JSON.stringify(line)}\n`;
}

const UUID: Shape<string> = checkedBy('a UUID', (value) => typeof value === 'string' && isUuid(value));
/** A text until `recordOf` converts it. */
const INSTANT: Shape<EpochMs> = checkedBy(
  'an RFC 3339 instant in UTC with milliseconds',
  (value) => typeof value === 'string' && isIsoInstant(value),
);
const COUNT: Shape<number> = checkedBy(
  'a whole number that is not negative',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);
const ANY: Shape<unknown> = checkedBy('a value', (value) => value !== undefined);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const OBJECT: Shape<Readonly<Record<string, unknown>>> = mapOf(ANY);

type Fields<Kind extends ArchiveRecord['kind']> = Omit<Extract<ArchiveRecord, { kind: Kind }>, 'kind'>;

const SHAPES: { readonly [Kind in ArchiveRecord['kind']]: Shape<Fields<Kind>> } = {
  header: objectOf<Fields<'header'>>({
    exportedAt: INSTANT,
    policies: COUNT,
    clients: COUNT,
    tickets: COUNT,
    events: COUNT,
    lastNumber: COUNT,
  }),
  policy: objectOf<Fields<'policy'>>({
    id: TEXT,
    version: INTEGER,
    document: ANY,
    fingerprint: TEXT,
    yaml: nullable(TEXT),
    publishedAt: INSTANT,
    publishedBy: nullable(ACTOR_SHAPE),
    configured: BOOLEAN,
  }),
  client: objectOf<Fields<'client'>>({
    id: UUID,
    name: TEXT,
    createdAt: INSTANT,
    policy: nullable(TEXT),
    calendars: mapOf(TEXT),
  }),
  ticket: objectOf<Fields<'ticket'>>({ id: UUID, number: INTEGER, version: INTEGER }),
  event: objectOf<Fields<'event'>>({
    ticketId: UUID,
    number: INTEGER,
    type: TEXT,
    schemaVersion: INTEGER,
    at: INSTANT,
    recordedAt: INSTANT,
    // The actor is checked with the events of the ticket, which is left out if one cannot be read.
    actor: checkedBy('an object', isObject),
    data: OBJECT,
  }),
};
const KIND = oneOf(['header', 'policy', 'client', 'ticket', 'event']);

/** @throws ArchiveError */
function recordOf(text: string, place: string): ArchiveRecord {
  let line: Record<string, unknown>;
  try {
    line = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new ArchiveError(`${place} is not JSON; the file may be cut off.`);
  }
  const kindProblem = objectOf({ kind: KIND }).problemIn(line);
  if (kindProblem !== null)
    throw new ArchiveError(`${place} is no line of a full export: ${problemText(kindProblem)}.`);
  const problem = SHAPES[line.kind as ArchiveRecord['kind']].problemIn(line);
  if (problem !== null) throw new ArchiveError(`${place} cannot be read: ${problemText(problem)}.`);
  for (const name of INSTANTS) if (name in line) line[name] = Date.parse(line[name] as string);
  return line as unknown as ArchiveRecord;
}

/**
 * The records of a file, the header first. Memory holds one line at a time.
 *
 * @throws ArchiveError if the file or a line cannot be read, or the format is a newer one
 */
export async function* archiveRecords(
  path: string,
): AsyncGenerator<{ readonly record: ArchiveRecord; readonly line: number; readonly characters: number }> {
  const file = createReadStream(path);
  let number = 0;
  try {
    for await (const text of createInterface({ input: file, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (text === '') continue;
      const place = `Line ${number} of ${path}`;
      const record = recordOf(text, place);
      if (number === 1) checkFormat(record, place);
      yield { record, line: number, characters: text.length };
    }
  } catch (error) {
    if (error instanceof OperatorError || !isFileError(error)) throw error;
    throw new ArchiveError(`${path} cannot be read: ${error.message}.`, { cause: error });
  } finally {
    file.destroy();
  }
  if (number === 0) throw new ArchiveError(`${path} is empty.`);
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error;

function checkFormat(record: ArchiveRecord, place: string): void {
  const format = (record as unknown as { readonly stepdownExport?: unknown }).stepdownExport;
  if (record.kind !== 'header' || format === undefined) {
    throw new ArchiveError(
      `${place} is not the header of a full export. \`npm run --silent stepdown -- export --with events\` writes one.`,
    );
  }
  if (format !== FORMAT) {
    throw new ArchiveError(
      `${place} says format ${JSON.stringify(format)}. This version of Stepdown reads format ${FORMAT}; use the version that wrote the file, or a newer one.`,
    );
  }
}
