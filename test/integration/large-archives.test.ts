import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { spillEvents } from '../../src/adapters/archive/spilled-events';
import { createRestoreStore } from '../../src/adapters/persistence/archive/postgres-restore-store';
import { readArchive } from '../../src/adapters/persistence/archive/read-archive';
import { isDataError, isStoreFault } from '../../src/adapters/persistence/database/database-errors';
import type { ArchiveRecord } from '../../src/application/ports/archive';
import { restoreArchive } from '../../src/application/restore/restore-archive';
import { commands, newTicket, openStore, submission, type TestStore } from '../support/store';

/** One ticket has twenty million characters; one statement or result may have a part of them. */
const MESSAGES = 300;
const LENGTH = 65_536;
const MOST = 4_500_000;

let source: TestStore;
let target: TestStore;

beforeAll(async () => {
  [source, target] = [await openStore(), await openStore()];
  // The clients that the stores open have one name.
  await target.pool.query('DELETE FROM clients');
  const opened = submission(newTicket(source.client.id));
  await source.changeTickets([opened]);
  const body = 'x'.repeat(LENGTH);
  const message = { type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body } as const;
  await source.changeTickets([
    commands(
      opened.ticketId,
      Array.from({ length: MESSAGES }, () => message),
    ),
    submission(newTicket(source.client.id)),
  ]);
  await source.pool.query(
    `INSERT INTO policy_versions (id, version, document, fingerprint, yaml, published_at, configured)
     SELECT id, version + more, document || jsonb_build_object('version', version + more), fingerprint || more,
            repeat('y', 1000000), published_at, configured
       FROM policy_versions CROSS JOIN generate_series(1, 9) more`,
  );
});
afterAll(async () => {
  await source.close();
  await target.close();
});

/** The most characters that a statement sent or returned while `work` ran. */
async function largest<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly characters: number }> {
  const { query } = Client.prototype;
  let characters = 0;
  const note = (value: unknown) => {
    characters = Math.max(characters, JSON.stringify(value ?? null).length);
  };
  Client.prototype.query = function noting(this: Client, ...args: unknown[]) {
    note((args[0] as { readonly values?: unknown }).values);
    const answer = Reflect.apply(query, this, args) as Promise<{ readonly rows: unknown }> | undefined;
    // Not a promise if a callback gets the answer.
    answer?.then?.(({ rows }) => note(rows)).catch(() => undefined);
    return answer;
  } as typeof query;
  try {
    return { result: await work(), characters };
  } finally {
    Client.prototype.query = query;
  }
}

it('a ticket with more text than a statement may have is exported and restored in parts', async () => {
  const read = await largest(async () => {
    const records: ArchiveRecord[] = [];
    for await (const record of readArchive(source.url)) records.push(record);
    return records;
  });
  expect(read.characters).toBeGreaterThan(1_000_000);
  expect(read.characters).toBeLessThan(MOST);

  async function* numbered() {
    for (const [index, record] of read.result.entries()) {
      yield { record, line: index + 1, characters: JSON.stringify(record).length };
    }
  }
  const written = await largest(() =>
    restoreArchive(numbered(), {
      store: createRestoreStore(target.dataSource),
      policies: target.policies,
      isStoreFault,
      isRejection: isDataError,
      spill: spillEvents,
      onReport: (report) => {
        throw new Error(JSON.stringify(report));
      },
      onHeader: () => undefined,
      onProgress: () => undefined,
    }),
  );
  expect(written.result).toMatchObject({ tickets: 2, added: 2, events: MESSAGES + 2, policies: 10 });
  expect(written.characters).toBeGreaterThan(1_000_000);
  expect(written.characters).toBeLessThan(MOST);

  const contentOf = async ({ pool }: TestStore) => {
    const { rows } = await pool.query<{ events: string; yaml: string }>(
      `SELECT md5(string_agg(e.ticket_id::text || e.number || e.type || e.data, ',' ORDER BY e.ticket_id, e.number)) AS events,
              (SELECT md5(string_agg(p.yaml, ',' ORDER BY p.version)) FROM policy_versions p) AS yaml
         FROM events e`,
    );
    return rows;
  };
  expect(await contentOf(target)).toEqual(await contentOf(source));
});
