import type { DocumentNode } from 'graphql';
import type { TrustedDocuments } from './trusted-documents';

/** The tokens of all documents that are kept; `TOKEN_BYTES` is what one occupies. */
const MOST_TOKENS = 40_000;
/** A longer document is not kept: it is unlikely to be sent by a program that sends it often. */
const LONGEST = 2_000;

/**
 * Parsed documents by their text, so that an operation that is sent again is neither parsed nor
 * validated again. The one that was not used for the longest time is forgotten first. Trusted
 * documents are never forgotten.
 */
export class Documents {
  private readonly known = new Map<string, DocumentNode>();
  private tokens = 0;

  /** @param trusted the only ones that may be executed; null if there are no such */
  constructor(readonly trusted: TrustedDocuments | null = null) {}

  has(text: string): boolean {
    return this.trusted?.parsed.has(text) === true || this.known.has(text);
  }

  get(text: string): DocumentNode | undefined {
    const trusted = this.trusted?.parsed.get(text);
    if (trusted !== undefined) return trusted;
    const document = this.known.get(text);
    if (document !== undefined) {
      this.known.delete(text);
      this.known.set(text, document);
    }
    return document;
  }

  set(text: string, document: DocumentNode): void {
    const count = tokensOf(document);
    if (count > LONGEST) return;
    this.delete(text);
    this.known.set(text, document);
    this.tokens += count;
    for (const [oldest] of this.known) {
      if (this.tokens <= MOST_TOKENS) break;
      this.delete(oldest);
    }
  }

  delete(text: string): boolean {
    const document = this.known.get(text);
    if (document === undefined) return false;
    this.tokens -= tokensOf(document);
    return this.known.delete(text);
  }
}

/** The number of tokens of a document. */
export const tokensOf = (document: DocumentNode): number =>
  (document as DocumentNode & { readonly tokenCount?: number }).tokenCount ?? 0;
