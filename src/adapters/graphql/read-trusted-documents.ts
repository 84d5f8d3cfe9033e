import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { firstProblems } from '../../application/first-problems';
import { OperatorError } from '../../application/operator-error';
import { beginning } from '../../domain/text';
import { refuseSource } from './check-operation';
import { LIMITS } from './operation-limits';
import { shortMessage } from './short-message';
import { hashIn, type TrustedDocuments } from './trusted-documents';
import { validationErrors } from './validation-errors';

/** The maximum size of a list. Parsed, it takes about fifty times as much. */
const MAX_LIST_BYTES = 4_194_304;
/** The characters of the id of an entry in a message. */
const LONGEST_ENTRY = 80;

/** The lists of trusted documents cannot be used; the message has a line for each problem. */
export class TrustedDocumentsRefused extends OperatorError {
  override readonly name = 'TrustedDocumentsRefused';
  constructor(problems: readonly string[]) {
    super(['STEPDOWN_TRUSTED_DOCUMENTS names lists that cannot be used:', ...problems].join('\n'));
  }
}

/**
 * Reads lists of documents: JSON objects with the text of each document by its SHA-256, as GraphQL
 * Code Generator and Relay write them, or manifests of Apollo. Each document is parsed and
 * validated. Documents may stand in several lists.
 *
 * @throws TrustedDocumentsRefused with what is wrong in each list
 */
export function readTrustedDocuments(
  paths: readonly string[],
  schema: GraphQLSchema,
  introspection: boolean,
): TrustedDocuments {
  const texts = new Map<string, string>();
  const parsed = new Map<string, DocumentNode>();
  const problems: string[] = [];
  for (const path of paths) {
    try {
      for (const [id, text] of entriesOf(path)) {
        try {
          const hash = checkedHash(id, text);
          if (texts.has(hash)) continue;
          parsed.set(text, validDocument(text, schema, introspection));
          texts.set(hash, text);
        } catch (error) {
          problems.push(`${path}: ${beginning(id, LONGEST_ENTRY)}: ${(error as Error).message}`);
        }
      }
    } catch (error) {
      problems.push(`${path}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0)
    throw new TrustedDocumentsRefused(firstProblems(problems, (sentence) => `The rest ${sentence}.`));
  return { texts, parsed };
}

/** The ids and texts in a list. */
function entriesOf(path: string): readonly (readonly [id: string, text: string])[] {
  const list = jsonIn(path);
  const isObject = typeof list === 'object' && list !== null && !Array.isArray(list);
  const operations = isObject && 'format' in list ? (list as { readonly operations?: unknown }).operations : null;
  const entries: readonly (readonly unknown[])[] = Array.isArray(operations)
    ? operations.map((operation) => [operation?.id, operation?.body])
    : isObject
      ? Object.entries(list)
      : [];
  if (entries.length === 0) throw new Error(`It has no documents. It has to be ${FORM}.`);
  return entries.map(([id, text], index) => {
    if (typeof id === 'string' && typeof text === 'string') return [id, text];
    throw new Error(`Entry ${index + 1} is not an id with the text of a document. The list has to be ${FORM}.`);
  });
}

const FORM = 'a JSON object with the text of each document by its SHA-256, or a persisted query manifest of Apollo';

function jsonIn(path: string): unknown {
  const bytes = bytesIn(path);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Error('It is not JSON in UTF-8.');
  }
}

function opened(path: string): number {
  try {
    // Without O_NONBLOCK, opening a named pipe waits for a writer.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`It cannot be opened (${code}). Set the path of a file that this user may read.`);
  }
}

function bytesIn(path: string): Buffer {
  const file = opened(path);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error('It is not a file.');
    if (stats.size > MAX_LIST_BYTES) {
      throw new Error(`It is larger than ${MAX_LIST_BYTES} bytes. Divide it, or remove documents that nothing sends.`);
    }
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function checkedHash(id: string, text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  if (hashIn(id) === hash) return hash;
  throw new Error(
    `The id has to be the SHA-256 of the text, which is sha256:${hash}. Build the list again, with SHA-256 as its hash.`,
  );
}

function validDocument(text: string, schema: GraphQLSchema, introspection: boolean): DocumentNode {
  const refused = refuseSource(text);
  if (refused !== null) throw refused;
  const document = parse(text, { maxTokens: LIMITS.tokens });
  const [error] = validationErrors(schema, introspection, document);
  if (error === undefined) return document;
  throw new Error(
    `${shortMessage(error.message)} Build the list again from documents that fit the schema of this version.`,
  );
}
