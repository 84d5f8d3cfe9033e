import { randomBytes } from 'node:crypto';
import { folded } from '../../domain/folded-text';
import {
  type Erasure,
  erasedHistory,
  erasePerson,
  eraseTicket,
  isPseudonym,
  personOf,
  UnerasableEvent,
} from '../../domain/ticket/erasure';
import { OperatorError } from '../operator-error';
import type { ErasedRows, ErasureStore, ReadHistory, Remaining } from '../ports/erasure-store';

/** What is to be erased: a person by all their names and addresses, or tickets by their numbers. */
export interface ErasureRequest {
  readonly persons: readonly string[];
  readonly tickets: readonly number[];
  /** The pseudonym that an interrupted erasure of the person used; null for a new one. */
  readonly pseudonym: string | null;
  readonly isDryRun: boolean;
}

/** An erasure that cannot be carried out; the message says what to do. */
export class ErasureRefused extends OperatorError {
  override readonly name = 'ErasureRefused';
}

/** What was erased, or, in a dry run, what would be. */
export interface ErasureSummary {
  /** What stands for the person now; null if only tickets were named. */
  readonly pseudonym: string | null;
  readonly tickets: number;
  readonly events: number;
  readonly texts: number;
  readonly names: number;
  readonly rows: number;
  readonly keys: number;
  /** Ids and names that actors with a name of the person have besides. */
  readonly alsoKnownAs: readonly string[];
  readonly remaining: readonly Remaining[];
  /** Tickets in which nothing could be erased, each with the reason. */
  readonly failed: readonly { readonly ticket: number; readonly reason: string }[];
}

interface Ports {
  readonly store: ErasureStore;
  /**
   * Nothing is erased yet. The pseudonym is needed to go on after an interruption; it is null if
   * only tickets are named.
   */
  onBegin(pseudonym: string | null): Promise<void>;
  /** @param tickets the number of tickets that were looked at */
  onProgress(tickets: number): void;
}

/** A name of fewer characters would be found in too many texts. */
const SHORTEST_NAME = 3;
const LONGEST_NAME = 200;
/** The number of tickets in one transaction. Others cannot add events while it runs. */
const BATCH = 50;

const newPseudonym = (): string => `erased-${randomBytes(6).toString('hex')}`;

/**
 * Erases persons and texts. What was erased stays erased if it is interrupted; a further run does
 * the rest.
 *
 * @throws ErasureRefused
 */
export async function erase(request: ErasureRequest, { store, onBegin, onProgress }: Ports): Promise<ErasureSummary> {
  check(request);
  const counted = new Counted(store, request.isDryRun);
  const numbered = await ticketsOf(request, store);
  const pseudonym = request.persons.length === 0 ? null : (request.pseudonym ?? newPseudonym());
  await onBegin(pseudonym);
  for (const history of numbered) await counted.take([history], eraseTicket(newPseudonym), 'WITH_NAMES');
  if (pseudonym === null) {
    await finish(store, request, counted.tickets > 0);
    return { ...counted.summary, ...NOTHING_ELSE, pseudonym, alsoKnownAs: [] };
  }
  const { isNamed } = personOf(request.persons, []);
  const known = await store.namesBeside(isNamed);
  // An address and a name of several words mean no one else, wherever they are.
  const names = known.filter((name) => /[ @]/.test(folded(name)));
  const ids = known.filter((name) => !names.includes(name) && !isPseudonym(name));
  const person = personOf([...request.persons, ...names], ids);
  const erasure = erasePerson(person, pseudonym, newPseudonym);
  let seen = 0;
  for await (const histories of store.histories()) {
    await counted.take(histories, erasure, 'WITHOUT_NAMES');
    seen += histories.length;
    onProgress(seen);
  }
  const elsewhere = await store.eraseElsewhere(person, pseudonym, request.isDryRun);
  await finish(store, request, counted.tickets + elsewhere.rows + elsewhere.keys > 0);
  const alsoKnownAs = [...new Set(ids)].filter((id) => !isNamed(id));
  return { ...counted.summary, ...elsewhere, pseudonym, alsoKnownAs };
}

const NOTHING_ELSE: ErasedRows = { rows: 0, keys: 0, remaining: [] };

function check({ persons, tickets, pseudonym }: ErasureRequest): void {
  if (persons.length === 0 && tickets.length === 0) {
    throw new ErasureRefused('Say what to erase: --person NAME, with the name or the e-mail, or --ticket NUMBER.');
  }
  for (const name of persons) {
    const { length } = folded(name);
    if (length < SHORTEST_NAME || length > LONGEST_NAME || isPseudonym(name)) {
      throw new ErasureRefused(
        `--person takes a name or an address of ${SHORTEST_NAME} to ${LONGEST_NAME} characters, and no pseudonym.`,
      );
    }
  }
  if (pseudonym !== null && !isPseudonym(pseudonym)) {
    throw new ErasureRefused(
      '--as takes the pseudonym that an interrupted erasure printed, such as erased-0123456789ab.',
    );
  }
}

/** @throws ErasureRefused if one of them does not exist; then nothing is erased */
async function ticketsOf({ tickets }: ErasureRequest, store: ErasureStore): Promise<readonly ReadHistory[]> {
  const found: ReadHistory[] = [];
  for (const number of new Set(tickets)) {
    const history = await store.history(number);
    if (history === null) throw new ErasureRefused(`There is no ticket ${number}. Nothing was erased.`);
    found.push(history);
  }
  return found;
}

async function finish(store: ErasureStore, { isDryRun }: ErasureRequest, hasErased: boolean): Promise<void> {
  if (!isDryRun && hasErased) await store.forget();
}

/** Erases in batches, and counts. */
class Counted {
  private readonly counts = { tickets: 0, events: 0, texts: 0, names: 0 };
  private readonly failed: { ticket: number; reason: string }[] = [];

  constructor(
    private readonly store: ErasureStore,
    private readonly isDryRun: boolean,
  ) {}

  get tickets(): number {
    return this.counts.tickets;
  }

  get summary() {
    return { ...this.counts, failed: this.failed };
  }

  async take(histories: readonly ReadHistory[], erasure: Erasure, names: Parameters<ErasureStore['eraseTickets']>[2]) {
    const ids = histories.filter((history) => this.changes(history, erasure)).map(({ id }) => id);
    if (this.isDryRun) return;
    for (let from = 0; from < ids.length; from += BATCH) {
      await this.store.eraseTickets(ids.slice(from, from + BATCH), erasure, names);
    }
  }

  private changes({ number, events: read }: ReadHistory, erasure: Erasure): boolean {
    if (!Array.isArray(read)) {
      this.failed.push({ ticket: number, reason: (read as { readonly reason: string }).reason });
      return false;
    }
    try {
      const { changed, texts, names } = erasedHistory(read, erasure);
      if (changed.length === 0) return false;
      this.counts.tickets += 1;
      this.counts.events += changed.length;
      this.counts.texts += texts;
      this.counts.names += names;
      return true;
    } catch (error) {
      if (!(error instanceof UnerasableEvent)) throw error;
      this.failed.push({ ticket: number, reason: error.message });
      return false;
    }
  }
}
