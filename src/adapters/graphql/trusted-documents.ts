import type { DocumentNode } from 'graphql';

/** The documents of a service that executes no others. */
export interface TrustedDocuments {
  /** The text of each by its SHA-256, in lower-case hexadecimal digits. */
  readonly texts: ReadonlyMap<string, string>;
  /** Each of them, parsed and valid, by its text. */
  readonly parsed: ReadonlyMap<string, DocumentNode>;
}

/** The hash in an id, which GraphQL over HTTP writes behind `sha256:` and others alone. */
export const hashIn = (id: string): string => (id.startsWith('sha256:') ? id.slice('sha256:'.length) : id);
