import type { Pool } from 'pg';
import { type DataSource, In } from 'typeorm';
import type {
  ArchivedClient,
  ArchivedEvent,
  ArchivedPolicy,
  RestoredTicket,
  RestoreStore,
} from '../../../application/ports/archive';
import { folded } from '../../../domain/folded-text';
import { readPolicyVersion } from '../../../domain/policy/policy-document';
import { addMissingKeys } from '../clients/postgres-clients';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { instantText, rowsOf } from '../database/sql';
import { type Transaction, transact } from '../database/transact';
import { comparisonKey } from '../search/comparison-key';
import { SearchTables } from '../search/search-tables';
import { clients as clientTable, policyVersions } from '../tables';
import { onceKey, recordedEventRow } from '../tickets/event-row';
import { milestoneRowsOf, outcomeRowsOf } from '../tickets/report-fact-rows';
import { rowOf } from '../tickets/ticket-row';
import { EXISTING_TICKETS, RESTORE_EVENTS, RESTORE_TICKETS } from './statements/restore-tickets';

/** The number of clients in one statement. */
const CLIENTS = 500;
/** The characters of events after which a statement takes no further event. */
const CHARACTERS = 4_000_000;

/** Restores full exports into the database. */
export function createRestoreStore(dataSource: DataSource): RestoreStore {
  const pool = poolOf(dataSource);
  return {
    advanceNumbers: (last) => advanceNumbers(pool, last),
    addPoliciesAndClients: async (policies, clients) => {
      try {
        await transact(pool, async (tx) => {
          const contradictions = [
            ...(await addPolicies(dataSource, tx, policies)),
            ...(await addClients(dataSource, tx, clients)),
          ];
          if (contradictions.length > 0) throw new Contradicted(contradictions);
        });
        return [];
      } catch (error) {
        if (error instanceof Contradicted) return error.contradictions;
        throw error;
      }
    },
    addTickets: (tickets) => transact(pool, (tx) => addTickets(tx, tickets)),
    completeNames: () => new SearchTables(pool).completeNames(),
  };
}

/** Rolls the transaction back. */
class Contradicted extends Error {
  constructor(readonly contradictions: readonly string[]) {
    super('contradicted');
  }
}

/**
 * New tickets of a service that runs beside wait for the lock before they take a number, so the
 * sequence never moves back.
 */
const advanceNumbers = (pool: Pool, last: number): Promise<void> =>
  transact(pool, async (tx) => {
    if (last === 0) return;
    await rowsOf(tx, { text: 'LOCK TABLE tickets IN SHARE ROW EXCLUSIVE MODE' });
    await rowsOf(tx, {
      text: `SELECT setval('tickets_number_seq', $1) FROM tickets_number_seq
              WHERE last_value < $1 OR (last_value = $1 AND NOT is_called)`,
      values: [last],
    });
  });

async function addPolicies(
  dataSource: DataSource,
  tx: Transaction,
  policies: readonly ArchivedPolicy[],
): Promise<readonly string[]> {
  const versions = entityManager(dataSource, tx).getRepository(policyVersions);
  const contradictions: string[] = [];
  for (const { id, version, document, publishedAt, publishedBy, ...same } of policies) {
    const there = await versions.findOneBy({ id, version });
    if (there === null) {
      readPolicyVersion(document, id, version);
      await versions.insert({
        id,
        version,
        document: document as object,
        published_at: publishedAt,
        published_by: publishedBy,
        ...same,
      });
    } else if (!isSame(there.document, document)) {
      contradictions.push(`The database has another version ${version} of the policy ${id}`);
    }
  }
  return contradictions;
}

async function addClients(
  dataSource: DataSource,
  tx: Transaction,
  archived: readonly ArchivedClient[],
): Promise<readonly string[]> {
  const repository = entityManager(dataSource, tx).getRepository(clientTable);
  await addMissingKeys(dataSource, tx);
  const contradictions: string[] = [];
  const ids = new Set(archived.map(({ id }) => id));
  const keys = new Set<string>();
  // As `addMissingKeys`: of clients with equal names, which older versions allowed, the first one
  // has the key.
  const all = archived.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  for (let from = 0; from < all.length; from += CLIENTS) {
    const part = all.slice(from, from + CLIENTS);
    const taken = await repository.findBy({ name_key: In(part.map(({ name }) => comparisonKey(name))) });
    for (const { id, name_key } of taken) if (name_key !== null && ids.has(id)) keys.add(name_key);
    const rows = part.map(({ createdAt, ...same }) => {
      const key = comparisonKey(same.name);
      const name_key = keys.has(key) ? null : key;
      keys.add(key);
      return { ...same, created_at: createdAt, name_key, name_folded: folded(same.name) };
    });
    // A client is not inserted if another one, which is not of the export, has its name or its key.
    await repository.createQueryBuilder().insert().values(rows).orIgnore().updateEntity(false).execute();
    const there = await repository.findBy({ id: In(part.map(({ id }) => id)) });
    const byId = new Map(there.map((row) => [row.id, row]));
    for (const { id, name, policy, calendars } of part) {
      const row = byId.get(id);
      if (row === undefined) {
        const other = taken.find(({ name_key }) => name_key === comparisonKey(name))?.name ?? name;
        const same = other === name ? '' : `, which is the same name as ${JSON.stringify(name)}`;
        contradictions.push(`The database has another client named ${JSON.stringify(other)}${same}`);
      } else if (row.name !== name || row.policy !== policy || !isSame(row.calendars, calendars)) {
        contradictions.push(`The client ${JSON.stringify(name)} has another name or other terms in the database`);
      }
    }
  }
  return contradictions;
}

/** Whether two values of JSON are equal; the order of the fields of objects does not count. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => isSame(left[name], right[name]));
}

interface ExistingTicket {
  readonly id: string;
  readonly number: number;
  readonly version: number;
  /** Whether its last event is the one given. */
  readonly same: boolean;
}

async function addTickets(tx: Transaction, tickets: readonly RestoredTicket[]): ReturnType<RestoreStore['addTickets']> {
  const followed = tickets.flatMap(({ record: { ticket } }) => (ticket.followUpOf === null ? [] : [ticket.followUpOf]));
  const ids = tickets.map(({ record: { ticket } }) => ticket.id);
  const there = new Map(
    (
      await rowsOf<ExistingTicket>(tx, {
        ...EXISTING_TICKETS,
        values: [[...ids, ...followed], JSON.stringify(tickets.map(lastEventOf))],
      })
    ).map((row) => [row.id, row]),
  );
  const known = new Set([...there.keys(), ...ids]);
  const outcomes = tickets.map(({ record: { ticket }, number }): Outcome => {
    const existing = there.get(ticket.id);
    if (existing !== undefined) {
      if (existing.version === ticket.version && existing.number === number && existing.same) return 'SAME';
      return {
        reason: `a ticket with its id is there already as number ${existing.number}, with ${existing.version} events and not the same ${ticket.version}`,
      };
    }
    if (ticket.followUpOf !== null && !known.has(ticket.followUpOf)) {
      return { reason: `the ticket that it follows up, ${ticket.followUpOf}, is not there` };
    }
    return 'ADDED';
  });
  const added = await insert(
    tx,
    tickets.filter((_, index) => outcomes[index] === 'ADDED'),
  );
  return outcomes.map((outcome, index) => {
    if (outcome !== 'ADDED' || added.has(ids[index] ?? '')) return outcome;
    return { reason: 'another ticket there has its number, or its external id at the same client' };
  });
}

type Outcome = Awaited<ReturnType<RestoreStore['addTickets']>>[number];

const lastEventOf = ({ events }: RestoredTicket) => {
  const last = events.at(-1);
  return last === undefined
    ? null
    : {
        ticket_id: last.ticketId,
        number: last.number,
        type: last.type,
        at: instantText(last.at),
        recorded_at: instantText(last.recordedAt),
        data: last.data,
      };
};

/** The ids of the tickets that could be inserted. */
async function insert(tx: Transaction, tickets: readonly RestoredTicket[]): Promise<ReadonlySet<string>> {
  if (tickets.length === 0) return new Set();
  const rows = await rowsOf<{ id: string }>(tx, {
    ...RESTORE_TICKETS,
    values: [
      JSON.stringify(tickets.map(ticketRowOf)),
      JSON.stringify(tickets.flatMap(({ record }) => outcomeRowsOf(record))),
      JSON.stringify(tickets.flatMap(({ record }) => milestoneRowsOf(record))),
    ],
  });
  const added = new Set(rows.map(({ id }) => id));
  const ofAdded = tickets.filter(({ record: { ticket } }) => added.has(ticket.id));
  for (const events of eventLists(ofAdded)) await rowsOf(tx, { ...RESTORE_EVENTS, values: [events] });
  return added;
}

/** The events of tickets as JSON, in parts: a ticket can have more text than a string can hold. */
function* eventLists(tickets: readonly RestoredTicket[]): Generator<string> {
  let events: string[] = [];
  let characters = 0;
  for (const { record, events: archived } of tickets) {
    for (const event of archived) {
      const json = JSON.stringify(eventRow(event, record.ticket.clientId));
      events.push(json);
      characters += json.length;
      if (characters < CHARACTERS) continue;
      yield `[${events.join()}]`;
      events = [];
      characters = 0;
    }
  }
  if (events.length > 0) yield `[${events.join()}]`;
}

const ticketRowOf = ({ record, number, events: [first] }: RestoredTicket) => ({
  ...rowOf(record),
  number,
  created_at: instantText(first?.recordedAt ?? record.recordedAt),
});

const eventRow = (event: ArchivedEvent, clientId: string) => {
  const once = onceKey({ ...event.data, type: event.type } as Parameters<typeof onceKey>[0]);
  return recordedEventRow(event, once, clientId, event.recordedAt);
};
