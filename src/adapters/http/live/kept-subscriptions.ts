import type { DocumentNode } from 'graphql';
import { TOKEN_BYTES } from '../../graphql/admission';
import { tokensOf } from '../../graphql/documents';
import { valuesIn } from '../../graphql/input-limits';

const MEBIBYTE = 1_048_576;
/** The part of the memory of operations that subscriptions may keep while they wait for events. */
const SHARE = 1 / 8;
/** A value of the variables, as sent and as coerced. */
const VALUE_BYTES = 200;

/** What a subscription keeps until it ends. */
export interface Kept {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The length of its message, in UTF-16 units. */
  readonly length: number;
}

/**
 * Bounds the heap that all subscriptions keep for as long as they run: their messages, with
 * comments and variables, and their parsed documents. Subscriptions of one text share its document.
 */
export class KeptSubscriptions {
  private readonly limit: number;
  private readonly documents = new Map<DocumentNode, number>();
  private bytes = 0;

  constructor(operationMemoryMb: number) {
    this.limit = operationMemoryMb * MEBIBYTE * SHARE;
  }

  /** @returns what gives the memory back; a sentence if there is not enough */
  add({ document, variables, length }: Kept): (() => void) | string {
    const own = 2 * length + VALUE_BYTES * valuesIn(variables);
    const ofDocument = TOKEN_BYTES * tokensOf(document);
    const users = this.documents.get(document) ?? 0;
    if (this.bytes + own + (users === 0 ? ofDocument : 0) > this.limit) {
      return `The documents and variables of all subscriptions of this process may take at most ${this.limit / MEBIBYTE} MiB, an eighth of STEPDOWN_OPERATION_MEMORY_MB; send shorter ones, or try again later.`;
    }
    this.bytes += own + (users === 0 ? ofDocument : 0);
    this.documents.set(document, users + 1);
    return () => {
      this.bytes -= own;
      const left = (this.documents.get(document) ?? 1) - 1;
      if (left > 0) this.documents.set(document, left);
      else if (this.documents.delete(document)) this.bytes -= ofDocument;
    };
  }
}
