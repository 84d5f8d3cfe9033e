import { Client, type Pool } from 'pg';
import type { ErasureStore, ReadHistory } from '../../../application/ports/erasure-store';
import { TooMuchText } from '../../../application/ports/texts-read';
import { UnreadableRecord } from '../../../domain/shape';
import { ERASED, type Erasure, erasedHistory } from '../../../domain/ticket/erasure';
import { foldAll } from '../../../domain/ticket/fold';
import type { TicketEvent } from '../../../domain/ticket/ticket-events';
import { schemaVersionOf } from '../../../domain/ticket/upcast';
import { lanesOf } from '../database/lanes';
import { type Queryable, readRows, rowsOf } from '../database/sql';
import { type Transaction, transact } from '../database/transact';
import { comparisonKey } from '../search/comparison-key';
import { searchRowOf, spellingOf } from '../search/search-tables';
import { SPELLED } from '../search/statements/follow-log';
import { TABLES } from '../tables';
import { eventOf, type SelectedEvent } from '../tickets/event-row';
import { rowOf } from '../tickets/ticket-row';
import { withoutAppendOnly } from './append-only';
import { eraseRows, eraseSpellings, namesOfPeople, removeKeys } from './erase-rows';
import {
  ERASE_DEADLINE_FAULTS,
  ERASE_EVENTS,
  ERASE_EXTERNAL_IDS,
  ERASE_SEARCH_TEXTS,
  ERASE_SPELLINGS,
  ERASE_TICKETS,
  ERASED_TICKET_COLUMNS,
  LOCK_FOR_ERASURE,
  LOCK_LOG,
  NEXT_TICKETS,
  REMOVE_KEYS_OF_TICKETS,
  WHOLE_HISTORIES,
} from './statements/erase-tickets';

/** The most tickets that one statement reads. */
const MAX_TICKETS = 200;
/** The characters that one statement for several tickets reads. */
const MAX_CHARACTERS = 8_000_000;
/** How long a batch waits for tickets that others change, in milliseconds. */
const LOCK_WAIT_MS = 60_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

type HistoryRow = SelectedEvent & { readonly ticket_number: number };

/** @param url the same database, for a connection without time limits */
export function createErasureStore({ pool, url }: { readonly pool: Pool; readonly url: string }): ErasureStore {
  const { heavy } = lanesOf(pool);
  return {
    namesBeside: async (isNamed) => [
      ...(await namesOfPeople(pool, isNamed)),
      ...(await actorsNamed(heavy.ownWork, isNamed)),
    ],
    countTickets: async () => {
      const [row] = await readRows<{ count: string }>(heavy.ownWork, { text: 'SELECT count(*) AS count FROM tickets' });
      return Number(row?.count ?? 0);
    },
    histories: () => histories(pool),
    history: async (number) => {
      const [ticket] = await readRows<{ id: string }>(heavy.ownWork, {
        text: 'SELECT id FROM tickets WHERE number = $1',
        values: [number],
      });
      return ticket === undefined ? null : ((await read(heavy.ownWork, [ticket.id]))[0] ?? null);
    },
    eraseTickets: (ids, erasure, names) =>
      transact(pool, (tx) => eraseTickets(tx, ids, erasure, names), { lane: 'heavy', lockWaitMs: LOCK_WAIT_MS }),
    eraseElsewhere: async (person, pseudonym, isDryRun) => {
      const { rows, remaining } = await eraseRows(pool, { person, pseudonym, isDryRun });
      const keys = await removeKeys(pool, person, isDryRun);
      if (!isDryRun) await eraseSpellings(pool, person);
      return { rows, keys, remaining };
    },
    forget: () => forget(url),
  };
}

/** Reads the actors of the log, in parts. */
async function actorsNamed(on: Queryable, isNamed: (text: string) => boolean): Promise<readonly string[]> {
  const found = new Set<string>();
  for (let after = FIRST_ID; ; ) {
    const tickets = await readRows<{ id: string }>(on, { text: NEXT_TICKETS, values: [after, 5_000] });
    const last = tickets.at(-1);
    if (last === undefined) return [...found];
    const actors = await readRows<{ id: string; name: string }>(on, {
      text: `SELECT DISTINCT actor->>'id' AS id, actor->>'name' AS name FROM events
              WHERE ticket_id > $1 AND ticket_id <= $2 AND actor->>'kind' <> 'SYSTEM'`,
      values: [after, last.id],
    });
    for (const { id, name } of actors) {
      if (!isNamed(id) && !isNamed(name)) continue;
      found.add(id);
      found.add(name);
    }
    after = last.id;
  }
}

/** Fewer tickets at a time where texts are long. */
async function* histories(pool: Pool): AsyncGenerator<readonly ReadHistory[]> {
  const { heavy } = lanesOf(pool);
  let most = MAX_TICKETS;
  for (let after = FIRST_ID; ; ) {
    const tickets = await readRows<{ id: string }>(heavy.ownWork, { text: NEXT_TICKETS, values: [after, most] });
    const last = tickets.at(-1);
    if (last === undefined) return;
    const texts = { characters: 0, most: most === 1 ? Number.POSITIVE_INFINITY : MAX_CHARACTERS };
    try {
      yield await read(
        { ...heavy.ownWork, texts },
        tickets.map(({ id }) => id),
      );
    } catch (error) {
      if (!(error instanceof TooMuchText)) throw error;
      most = Math.ceil(most / 4);
      continue;
    }
    after = last.id;
    most = Math.min(MAX_TICKETS, most * 2);
  }
}

async function read(on: Queryable, ids: readonly string[]): Promise<readonly ReadHistory[]> {
  const rows = await rowsOf<HistoryRow>(on, { text: WHOLE_HISTORIES, values: [ids] });
  return byTicket(rows).map(([id, history]) => ({
    id,
    number: history[0]?.ticket_number ?? 0,
    events: eventsOf(history),
  }));
}

function byTicket(rows: readonly HistoryRow[]): readonly (readonly [id: string, history: readonly HistoryRow[]])[] {
  const histories = new Map<string, HistoryRow[]>();
  for (const row of rows) {
    const history = histories.get(row.ticket_id);
    if (history === undefined) histories.set(row.ticket_id, [row]);
    else history.push(row);
  }
  return [...histories];
}

function eventsOf(rows: readonly HistoryRow[]): ReadHistory['events'] {
  try {
    return rows.map(eventOf);
  } catch (error) {
    if (error instanceof UnreadableRecord) return { reason: error.message };
    throw error;
  }
}

async function eraseTickets(
  tx: Transaction,
  ids: readonly string[],
  erasure: Erasure,
  names: 'WITH_NAMES' | 'WITHOUT_NAMES',
): Promise<void> {
  await rowsOf(tx, { text: LOCK_FOR_ERASURE, values: [ids] });
  await rowsOf(tx, { text: LOCK_LOG });
  const rows = await rowsOf<HistoryRow>(tx, { text: WHOLE_HISTORIES, values: [ids] });
  const erased = byTicket(rows).map(([, history]) => {
    const before = history.map(eventOf);
    return { before, ...erasedHistory(before, erasure) };
  });
  const send = (text: string, ...values: readonly unknown[]) => rowsOf(tx, { text, values });
  const changed = erased.flatMap((history) => history.changed);
  await withoutAppendOnly(tx, ['events'], () => send(ERASE_EVENTS, JSON.stringify(changed.map(eventRow))));
  await send(ERASE_TICKETS, JSON.stringify(erased.map(({ events }) => ticketRow(events))));
  await send(ERASE_SEARCH_TEXTS, JSON.stringify(changed.flatMap(searchRow)));
  await send(ERASE_EXTERNAL_IDS, JSON.stringify(erased.flatMap(externalIds)));
  const old = names === 'WITH_NAMES' ? spelledIn(erased.map(({ before }) => before)) : [];
  const written = spelledIn(erased.map(({ events }) => events)).map(spellingOf);
  await send(ERASE_SPELLINGS, JSON.stringify(written), old);
  await send(REMOVE_KEYS_OF_TICKETS, ids);
  await send(ERASE_DEADLINE_FAULTS, ids, ERASED);
}

const dataOf = ({
  type: _type,
  ticketId: _id,
  number: _number,
  at: _at,
  actor: _actor,
  ...data
}: TicketEvent): object => data;

const eventRow = (event: TicketEvent) => ({
  ticket_id: event.ticketId,
  number: event.number,
  data: dataOf(event),
  actor: event.actor,
  schema_version: schemaVersionOf(event.type),
});

const NO_STATUS = { status: null, dueAt: null, atRiskAt: null } as const;
/** The clocks of a ticket are not written. */
const CLOCKS = { commitments: { RESPONSE: NO_STATUS, UPDATE: NO_STATUS, RESOLUTION: NO_STATUS } };

/** The columns that an erasure writes, and the key. */
function ticketRow(events: readonly TicketEvent[]): object {
  const ticket = foldAll(events);
  const clocks = { ...CLOCKS, dueAt: null, nextDeadlineAt: null, isBreached: false };
  const row: Readonly<Record<string, unknown>> = rowOf({
    ticket,
    stored: null,
    events: [],
    recordedAt: 0,
    clocks,
  } as unknown as Parameters<typeof rowOf>[0]);
  return Object.fromEntries(['id', ...ERASED_TICKET_COLUMNS].map((column) => [column, row[column]]));
}

const searchRow = (event: TicketEvent): readonly object[] => {
  const row = searchRowOf({ ...dataOf(event), type: event.type, ticket_id: event.ticketId, number: event.number });
  return row.folded === '' ? [] : [row];
};

function externalIds({
  before,
  events,
}: {
  readonly before: readonly TicketEvent[];
  readonly events: readonly TicketEvent[];
}) {
  const [old, first] = [before[0], events[0]];
  if (old?.type !== 'SUBMITTED' || first?.type !== 'SUBMITTED') return [];
  if (old.externalId === null || first.externalId === null || old.externalId === first.externalId) return [];
  const { clientId: client_id, externalId: written } = first;
  return [{ client_id, old: old.externalId, folded: comparisonKey(written), written }];
}

/** The names and tags in events. */
const spelledIn = (histories: readonly (readonly TicketEvent[])[]): readonly string[] => [
  ...new Set(
    histories.flat().flatMap((event) => {
      const data = dataOf(event) as Readonly<Record<string, unknown>>;
      return SPELLED.flatMap((field) => data[field] ?? []).filter((text) => typeof text === 'string');
    }),
  ),
];

/**
 * Old versions of rows stay in their tables until a vacuum, and the planner's statistics hold
 * common values until the next analysis.
 */
async function forget(url: string): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'stepdown erase' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`VACUUM (ANALYZE) ${TABLES.map(({ options }) => options.name).join(', ')}`);
  } finally {
    await client.end();
  }
}
