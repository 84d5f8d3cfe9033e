import { GraphQLError } from 'graphql';
import { FAULT_CODES } from './errors';
import { hashIn, type TrustedDocuments } from './trusted-documents';

/** What a request says of its document: its text, its id, or its id in the form of Apollo. */
export interface DocumentReference {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/**
 * The text of the document that a request executes; empty if it names none. Nothing is parsed.
 *
 * @param trusted null if any document may be executed
 * @returns an error if it may not be executed
 */
export function requestedText(request: DocumentReference, trusted: TrustedDocuments | null): string | GraphQLError {
  const query = typeof request.query === 'string' ? request.query : '';
  const { documentId = null } = request;
  const apolloId = apolloIdIn(request.extensions);
  const id = documentId ?? apolloId;
  if (trusted === null) {
    if (query !== '' || id === null) return query;
    return documentId === null ? NOT_SUPPORTED : IDS_ARE_OFF;
  }
  if (query === '' && id === null) return NONE_NAMED;
  const named = typeof id === 'string' ? trusted.texts.get(hashIn(id)) : undefined;
  if (query === '') return named ?? UNKNOWN;
  if (!trusted.parsed.has(query)) return UNKNOWN;
  return id === null || named === query ? query : NOT_THE_SAME;
}

/** The id that Apollo Client, urql and others send for a persisted query. */
function apolloIdIn(extensions: unknown): unknown {
  const { persistedQuery } = Object(extensions) as { readonly persistedQuery?: unknown };
  return (Object(persistedQuery) as { readonly sha256Hash?: unknown }).sha256Hash ?? null;
}

const refusal = (code: string, status: number, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { status } } });

const UNKNOWN = refusal(
  FAULT_CODES.unknownDocument,
  400,
  'This service executes only the documents of its list (trusted documents), and this is none of them. Send a document of the list, or have this one added to it (STEPDOWN_TRUSTED_DOCUMENTS).',
);
const NONE_NAMED = refusal(
  'BAD_REQUEST',
  400,
  'The request names no document. Send its id as documentId, such as sha256:2265…, or its text as query.',
);
const NOT_THE_SAME = refusal(
  'BAD_REQUEST',
  400,
  'The id of the request is not the SHA-256 of its query. Send one of them only.',
);
const IDS_ARE_OFF = refusal(
  'PERSISTED_QUERY_NOT_SUPPORTED',
  400,
  'This service does not know documents by their ids. Send the text as query, or have a list of documents set (STEPDOWN_TRUSTED_DOCUMENTS).',
);
/** The message and the status by which clients know that they have to send the text. */
const NOT_SUPPORTED = refusal('PERSISTED_QUERY_NOT_SUPPORTED', 200, 'PersistedQueryNotSupported');
