import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { createEventLog } from '../../src/adapters/persistence/log/postgres-event-log';
import { purgeIdempotencyKeys } from '../../src/adapters/persistence/maintenance/purge-idempotency-keys';
import { createTicketStore } from '../../src/adapters/persistence/tickets/postgres-ticket-store';
import { setAsideStatement } from '../../src/adapters/persistence/tickets/statements/set-aside';
import { dueStatements } from '../../src/adapters/persistence/tickets/statements/take-due';
import { policyFingerprint } from '../../src/adapters/policy-files/policy-fingerprint';
import type { PageRequest } from '../../src/application/ports/pagination';
import { createDueTickets } from '../../src/application/tickets/record-due';
import { DAY_MS, toIso } from '../../src/domain/instant';
import { CIMCLOUD_DOCUMENT } from './policies';
import { AGENT, commands, everything, MONDAY, newTicket, openStore, submission } from './store';

/** A statement as a release sent it, with the values of its parameters. */
export interface RecordedStatement {
  /** The name of the prepared statement; null for a statement that is not prepared. */
  readonly name: string | null;
  readonly text: string;
  readonly values: readonly unknown[];
  /**
   * The SQLSTATE with which it was refused, which the release expects; null if it was carried out.
   */
  readonly refusedWith: string | null;
}

const fileOf = (release: string): string => join(__dirname, '../fixtures/releases', release, 'statements.json');

/** The statements that a release sent, in the order in which it sent them. */
export const recordedStatements = (release: string): readonly RecordedStatement[] =>
  (JSON.parse(readFileSync(fileOf(release), 'utf8')) as RecordedStatement[]).map((statement) => ({
    ...statement,
    values: statement.values.map(withCalendars),
  }));

/** What `pg` sends of a value that converts itself, such as an instant of a repository. */
const sentValue = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'toPostgres' in value && typeof value.toPostgres === 'function'
    ? value.toPostgres()
    : value;

/**
 * Policy documents list the holidays of half a century, which makes no difference to a statement.
 */
const withoutCalendars = (value: unknown): unknown =>
  typeof value === 'string' && value.startsWith('{') && value.includes('"calendars"')
    ? JSON.stringify({ ...(JSON.parse(value) as object), calendars: {} })
    : value;

/** Puts them back, so that the present version can read the policies. */
const withCalendars = (value: unknown): unknown =>
  typeof value === 'string' && value.startsWith('{') && value.includes('"severities"')
    ? JSON.stringify({ ...(JSON.parse(value) as object), calendars: CIMCLOUD_DOCUMENT.calendars })
    : value;

/** Runs `use` and returns every statement that any connection of this process sent during it. */
export async function recording(use: () => Promise<void>): Promise<RecordedStatement[]> {
  const sent: RecordedStatement[] = [];
  const { query } = Client.prototype;
  Client.prototype.query = function record(this: Client, ...args: unknown[]) {
    const [first] = args;
    if (typeof first === 'object' && first !== null && 'text' in first) {
      const { name, text, values } = first as { name?: string; text: string; values?: unknown[] };
      const index = sent.length;
      const statement = {
        name: name ?? null,
        text,
        values: (values ?? []).map(sentValue).map(withoutCalendars),
        refusedWith: null,
      };
      sent.push(statement);
      const [callback] = args.slice(-1);
      const noteRefusal = (error: { readonly code?: string } | null) => {
        if (error?.code !== undefined) sent[index] = { ...statement, refusedWith: error.code };
      };
      // The pool passes a callback; a client of a transaction gives a promise.
      if (typeof callback === 'function') {
        args.splice(-1, 1, (error: { readonly code?: string } | null, result: unknown) => {
          noteRefusal(error);
          callback(error, result);
        });
      } else {
        const result = Reflect.apply(query, this, args) as Promise<unknown>;
        result.catch(noteRefusal);
        return result;
      }
    }
    return Reflect.apply(query, this, args);
  } as typeof query;
  try {
    await use();
  } finally {
    Client.prototype.query = query;
  }
  return sent;
}

const FIRST_PAGE: PageRequest = { count: 2, from: 'START', after: null, before: null };

/**
 * Writes the statements of the present code to test/fixtures/releases/RELEASE/statements.json:
 * every kind of read and write that a service sends, once. Copies schema.graphql beside them. Run
 * it when a release is made; see the README of that folder.
 */
export async function recordRelease(release: string): Promise<void> {
  const statements = await recording(async () => {
    const store = await openStore({ poolSize: 1 });
    const { changeTickets, clock, pool, policies, reader, client } = store;
    const idempotency = { key: 'first', fingerprint: 'a' };

    // The one-statement path, the transaction path, and a repeated request.
    const opened = submission(newTicket(client.id, { externalId: 'INC-1' }));
    await changeTickets([opened]);
    await changeTickets([submission(newTicket(client.id), { idempotency })]);
    await changeTickets([submission(newTicket(client.id), { idempotency })]);
    const followUp = submission(newTicket(client.id, { followUpOf: opened.ticketId }));
    await changeTickets([followUp, submission(newTicket(client.id))]);
    await changeTickets([
      commands(
        opened.ticketId,
        [
          { type: 'acknowledge' },
          { type: 'applyWorkaround', description: 'By hand', remaining: [] },
          { type: 'resolve', resolution: 'Restarted' },
        ],
        { idempotency: { key: 'second', fingerprint: 'b' }, expectedVersion: 1 },
      ),
    ]);

    // The deadline engine: what is due, and a ticket that is set aside.
    const later = `'${toIso(MONDAY + 2 * DAY_MS)}'::timestamptz`;
    const due = createDueTickets({
      store: createTicketStore({ pool, onCommitted: () => undefined, now: later }),
      policies,
      onSetAside: () => undefined,
    });
    await due.next();
    await due.record();
    const { find, takeSome, clock: later_ } = dueStatements(later);
    await pool.query({ ...find });
    await pool.query({ ...takeSome, values: [[opened.ticketId]] });
    await pool.query({ text: setAsideStatement(later_), values: [[followUp.ticketId], ['an error']] });

    // Policies and the terms of a client.
    const changed = { ...CIMCLOUD_DOCUMENT, title: 'Changed' };
    const text = { yaml: 'title: Changed', fingerprint: policyFingerprint(changed), document: changed };
    await policies.publish({ ...text, by: AGENT, idempotency: { key: 'third', fingerprint: 'c' } });
    await policies.setTerms({ clientId: client.id, policy: CIMCLOUD_DOCUMENT.id, calendars: {} }, AGENT, null);
    await policies.publications(everything, FIRST_PAGE);
    await policies.countPublications(everything);
    await policies.publication(everything, CIMCLOUD_DOCUMENT.id, 1);
    await policies.yaml(everything, CIMCLOUD_DOCUMENT.id, 2);
    await policies.terms(everything);

    // Reads.
    await reader.ticketById(everything, opened.ticketId);
    await reader.ticketByNumber(everything, 1);
    await reader.ticketsByExternalId(everything, 'INC-1', null);
    const order = { by: 'NEXT_DEADLINE_AT', direction: 'ASC' } as const;
    await reader.tickets(everything, {}, order, FIRST_PAGE, MONDAY);
    await reader.countTickets(everything, {}, MONDAY);
    await reader.events(everything, opened.ticketId, null, FIRST_PAGE);
    await reader.countEvents(everything, opened.ticketId, null);
    await reader.followUps(everything, opened.ticketId, FIRST_PAGE);
    await reader.clientById(everything, client.id);
    await reader.ticketAtVersion(everything, opened.ticketId, 1);
    for await (const _ of reader.histories(everything, {}, MONDAY));
    const log = createEventLog(pool);
    await log.place();
    await log.after(0, 10);

    clock.move(3 * DAY_MS);
    await purgeIdempotencyKeys(store.pool, `'${toIso(clock.now())}'::timestamptz`);
    await store.close();
  });
  mkdirSync(dirname(fileOf(release)), { recursive: true });
  writeFileSync(fileOf(release), `${JSON.stringify(statements, null, 1)}\n`);
  copyFileSync(join(__dirname, '../../schema.graphql'), join(dirname(fileOf(release)), 'schema.graphql'));
}
