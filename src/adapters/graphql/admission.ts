import { type DocumentNode, OperationTypeNode } from 'graphql';
import type { Logger } from 'pino';
import { FairLine } from '../../application/fair-line';
import type { LineRefusal } from '../../application/waiting-line';
import { Documents, tokensOf } from './documents';
import { COSTS } from './operation-costs';
import { LIMITS } from './operation-limits';
import type { TrustedDocuments } from './trusted-documents';

/** A token of a parsed document, with its place in the source; 475 at most. */
export const TOKEN_BYTES = 475;

/**
 * What an operation occupies on the heap, measured with graphql-js 16 on Node 20: documents of many
 * shapes, and lists of tickets.
 */
const BYTES = {
  token: TOKEN_BYTES,
  /** A field of the response, with the row that it is read from. */
  field: 200,
  /** The promises, timers and contexts of an operation. */
  operation: 8_192,
} as const;

/** A query of a smaller size does not wait for larger ones. */
const LARGE_FIELDS = 1_000;
/** The most characters of new documents that are parsed in one turn of the event loop. */
const PARSED_AT_ONCE = 8_192;
/** The longest wait for each of the lines, as a part of the time limit of an operation. */
const MAX_WAIT = 1 / 3;

const MEBIBYTE = 1_048_576;

/** Refusals are logged together, at most once in this time. */
const LOG_INTERVAL_MS = 10_000;

export interface AdmissionSettings {
  /** The heap that all operations together may take, in MiB. */
  readonly operationMemoryMb: number;
  readonly operationTimeoutMs: number;
  /** The only documents that may be executed; null if any may. */
  readonly trustedDocuments: TrustedDocuments | null;
  readonly logger: Logger;
}

/** Too many operations run and wait. Nothing was done; a later attempt is likely to succeed. */
export class TooManyOperations extends Error {
  override readonly name = 'TooManyOperations';
  constructor(reason: LineRefusal, maxWaitMs: number) {
    const sentence =
      reason === 'FULL'
        ? 'Too many operations wait to be executed'
        : `Too many operations are being executed, and this one has waited for ${maxWaitMs / 1_000} seconds`;
    super(`${sentence}, so this request was not carried out. Try again shortly.`);
  }
}

/**
 * Bounds the operations that run at once in a process, over HTTP and WebSocket together, by the
 * heap that they take. The others wait, and the addresses take turns.
 *
 * Small queries, changes, large operations and the events of subscriptions have a share each, so
 * that none of them waits for another kind. Before that, new documents take turns to be parsed.
 */
export class Admission {
  readonly documents: Documents;
  readonly arrivals: FairLine;
  readonly small: FairLine;
  readonly changes: FairLine;
  readonly large: FairLine;
  readonly events: FairLine;
  private refused = 0;

  constructor({ operationMemoryMb, operationTimeoutMs, trustedDocuments, logger }: AdmissionSettings) {
    this.documents = new Documents(trustedDocuments);
    // Eight parts: four lines of what runs, and four of what waits. Events wait in the queues of
    // their subscriptions.
    const capacity = (operationMemoryMb * MEBIBYTE) / 8;
    const maxWaitMs = operationTimeoutMs * MAX_WAIT;
    const refuse = (reason: LineRefusal): Error => {
      this.countRefusal(logger);
      return new TooManyOperations(reason, maxWaitMs);
    };
    const limits = { capacity, maxHeld: capacity, maxWaitMs, refuse };
    this.arrivals = new FairLine({ ...limits, capacity: PARSED_AT_ONCE });
    this.small = new FairLine(limits);
    this.changes = new FairLine(limits);
    this.large = new FairLine(limits);
    this.events = new FairLine({ capacity, maxHeld: Number.POSITIVE_INFINITY, refuse });
  }

  private countRefusal(logger: Logger): void {
    this.refused += 1;
    if (this.refused > 1) return;
    setTimeout(() => {
      logger.warn({ refused: this.refused }, 'operations were refused, because too many run and wait');
      this.refused = 0;
    }, LOG_INTERVAL_MS).unref();
  }
}

/** An execution that takes a place. */
interface Execution {
  /** Ends its waiting. */
  readonly signal: AbortSignal;
  /** Takes over to give the place back when it has ended. */
  keep(leave: () => void): void;
}

/** The way of one operation to its execution. */
export class OperationEntry {
  /**
   * @param address the IP address of the caller, or its network
   * @param bytes the length of the request
   */
  constructor(
    private readonly admission: Admission,
    private readonly execution: Execution,
    private readonly address: string,
    readonly bytes: number,
  ) {}

  /** The way of one event of a subscription. */
  ofEvent(execution: Execution): OperationEntry {
    return new OperationEntry(this.admission, execution, this.address, this.bytes);
  }

  /**
   * Waits until the document may be parsed. Null if that is at once.
   * @throws TooManyOperations, OperationEnded
   */
  arrive(source: string): Promise<void> | null {
    const { documents, arrivals } = this.admission;
    // Parsing takes a time of its own only for new documents.
    if (documents.has(source)) return null;
    const weight = Math.min(source.length, LIMITS.tokens);
    const held = BYTES.operation + 2 * this.bytes;
    const waiting = arrivals.enter({ group: this.address, weight, held }, this.execution);
    // The place is for one turn of the event loop.
    const leave = (): void => void setImmediate(() => arrivals.leave(weight));
    if (waiting !== null) return waiting.then(leave);
    leave();
    return null;
  }

  /**
   * Waits for a place for the execution, which ends with the operation. Null if it is at once.
   *
   * @param fields the size of the operation
   * @throws TooManyOperations, OperationEnded
   */
  enter(document: DocumentNode, type: OperationTypeNode, fields: number): Promise<void> | null {
    const held = BYTES.operation + 2 * this.bytes + BYTES.token * tokensOf(document);
    const isChange = type === OperationTypeNode.MUTATION;
    // The work of a change is a transaction, which takes no heap.
    const size = isChange ? Math.max(0, fields - COSTS.change) : fields;
    const { small, changes, large } = this.admission;
    const line = size >= LARGE_FIELDS ? large : isChange ? changes : small;
    return this.enterLine(line, held + BYTES.field * size, held);
  }

  /** The same for an event of a subscription. It waits until its time is over. */
  enterEvent(fields: number): Promise<void> | null {
    const weight = BYTES.operation + BYTES.field * fields;
    return this.enterLine(this.admission.events, weight, weight);
  }

  private enterLine(line: FairLine, weight: number, held: number): Promise<void> | null {
    const waiting = line.enter({ group: this.address, weight, held }, this.execution);
    const keep = (): void => this.execution.keep(() => line.leave(weight));
    if (waiting !== null) return waiting.then(keep);
    keep();
    return null;
  }
}
