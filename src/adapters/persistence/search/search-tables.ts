import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pool } from 'pg';
import { SearchIndexBehind, type TicketFilter } from '../../../application/ports/ticket-filter';
import { folded } from '../../../domain/folded-text';
import { isInternal } from '../../../domain/ticket/internal-events';
import type { EventType } from '../../../domain/ticket/ticket-events';
import { lanesOf } from '../database/lanes';
import type { Statement } from '../database/sql';
import { createEventLog } from '../log/postgres-event-log';
import { comparisonKey, hashOf } from './comparison-key';
import { gramsOf } from './grams';
import { type Following, LogFollower, NOT_ON } from './log-follower';
import { ADD_NAMES, ADD_TEXTS, FOLLOW_NAMES, FOLLOW_TEXTS, SEARCHED, SPELLED } from './statements/follow-log';

const textsOf = (row: Readonly<Record<string, unknown>>, fields: readonly string[]): readonly string[] =>
  fields.flatMap((field) => {
    const value = row[field];
    return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
  });

/** The row of `search_texts` of an event with these fields. */
export function searchRowOf(row: Readonly<Record<string, unknown>> & { readonly type: EventType }) {
  const { ticket_id, number, type } = row;
  const text = textsOf(row, SEARCHED).map(folded).join('\n');
  // As text, because the server reads a list of JSON numbers more slowly.
  return { ticket_id, number, folded: text, grams: `{${gramsOf(text).join()}}`, is_internal: isInternal(type) };
}

/** The characters after which other requests get their turn. */
const MOST_AT_ONCE = 50_000;
/** The characters of a statement, besides those of its last text. */
const MOST_IN_STATEMENT = 500_000;

/** Adds texts, and moves the follower on if no more follow. */
const addTexts = (doneTo: string, texts: readonly object[]): Statement => ({
  ...ADD_TEXTS,
  values: [doneTo, 'texts', JSON.stringify(texts)],
});

const TEXTS: Following = {
  read: FOLLOW_TEXTS,
  async *write(doneTo, rows) {
    let texts: object[] = [];
    let [inTurn, inStatement] = [0, 0];
    for (const row of rows) {
      const searched = searchRowOf(row);
      inTurn += searched.folded.length;
      inStatement += searched.folded.length;
      if (inTurn > MOST_AT_ONCE) {
        await nextTurn();
        inTurn = 0;
      }
      texts.push(searched);
      if (inStatement > MOST_IN_STATEMENT) {
        yield addTexts(NOT_ON, texts);
        texts = [];
        inStatement = 0;
      }
    }
    yield addTexts(doneTo, texts);
  },
};

const NAMES: Following = {
  read: FOLLOW_NAMES,
  async *write(doneTo, rows) {
    const spellings = rows.flatMap(({ ticket_id, number, ...row }) =>
      textsOf(row, SPELLED).map((written) => ({ ticket_id, number, ...spellingOf(written) })),
    );
    const ids = rows.flatMap(({ externalId, client_id, ticket_id, number }) =>
      typeof externalId === 'string'
        ? [{ folded: comparisonKey(externalId), client_id, ticket_id, number, written: externalId }]
        : [],
    );
    yield { ...ADD_NAMES, values: [doneTo, 'names', JSON.stringify(spellings), JSON.stringify(ids)] };
  },
};

/** The row of `spellings` of a text. */
export const spellingOf = (written: string) => ({
  folded: comparisonKey(written),
  written_hash: hashOf(written),
  written,
});

/** The tables that are derived from the log so that texts can be compared and found. */
export class SearchTables {
  private readonly names: LogFollower;
  private readonly texts: LogFollower;

  constructor(pool: Pool) {
    const { lists, heavy } = lanesOf(pool);
    const { place } = createEventLog(pool);
    this.names = new LogFollower(lists, NAMES, place);
    this.texts = new LogFollower(heavy, TEXTS, place);
  }

  /**
   * Completes the tables that a filter reads.
   *
   * @throws SearchIndexBehind
   */
  async prepare(filter: TicketFilter): Promise<void> {
    if (mentions(filter, NAMED)) await completed(this.names);
    if (mentions(filter, ['text'])) await completed(this.texts);
  }

  /** Completes the names, which filters by an assignee read. */
  prepareNames = (): Promise<void> => completed(this.names);

  /**
   * Completes the names, however much is left. For commands, because a service may never have
   * followed the log of their database.
   */
  async completeNames(): Promise<void> {
    while (!(await this.names.catchUp()));
  }

  /** Ends a step that runs after its next statement. */
  stop(): void {
    this.names.stop();
    this.texts.stop();
  }

  /** Does a part of what is left; returns whether all of it is done. */
  async advance(): Promise<boolean> {
    const done = [await this.names.catchUp(), await this.texts.catchUp()];
    return done.every(Boolean);
  }
}

async function completed(follower: LogFollower): Promise<void> {
  if (!(await follower.catchUp())) throw new SearchIndexBehind();
}

/** The fields of a filter that are compared with names. */
const NAMED = ['assignee', 'reporter', 'tag', 'externalId'] as const;

/** Whether a filter reads the tables that `prepare` completes. */
export const readsSearchTables = (filter: TicketFilter): boolean => mentions(filter, [...NAMED, 'text']);

/** Whether a filter has one of the fields, anywhere in it. */
export const mentions = (filter: TicketFilter, fields: readonly (keyof TicketFilter)[]): boolean =>
  fields.some((field) => filter[field] !== undefined) ||
  [...(filter.and ?? []), ...(filter.or ?? []), ...(filter.not === undefined ? [] : [filter.not])].some((part) =>
    mentions(part, fields),
  );
