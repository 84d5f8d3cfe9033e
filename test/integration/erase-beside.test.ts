import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import { rowsOf } from '../../src/adapters/persistence/database/sql';
import { createErasureStore } from '../../src/adapters/persistence/erasure/postgres-erasure-store';
import { comparisonKey, hashOf } from '../../src/adapters/persistence/search/comparison-key';
import { ADD_NAMES, ADD_TEXTS } from '../../src/adapters/persistence/search/statements/follow-log';
import { eventOf } from '../../src/adapters/persistence/tickets/event-row';
import { ticketOf } from '../../src/adapters/persistence/tickets/ticket-row';
import { type ErasureRequest, erase } from '../../src/application/erasure/erase';
import { matchesLog } from '../../src/application/tickets/matches-log';
import { runFullExport, runRestore } from '../../src/compose/cli-archive-commands';
import { loadConfig } from '../../src/config';
import { foldAll } from '../../src/domain/ticket/fold';
import { createTestDatabase } from '../support/database';
import type { Json } from '../support/graphql-service';
import { commands, newTicket, openStore, submission, type TestStore } from '../support/store';

const NAME = 'Zora Quillfeather';
const PERSON: ErasureRequest = { persons: [NAME], tickets: [], pseudonym: null, isDryRun: false };

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const query = async (text: string, values: unknown[] = []): Promise<Json[]> =>
  (await store.pool.query(text, values)).rows;
const erasureStore = () => createErasureStore(store.owner);
const eraseNow = (request: Partial<ErasureRequest> = {}, erasure = erasureStore()) =>
  erase({ ...PERSON, ...request }, { store: erasure, onBegin: async () => undefined, onProgress: () => undefined });

const open = async (more: Partial<Parameters<typeof newTicket>[1]> = {}): Promise<string> => {
  const [changed] = await store.changeTickets([submission(newTicket(store.client.id, { reporter: NAME, ...more }))]);
  if (changed?.ticket == null) throw new Error(JSON.stringify(changed));
  return changed.ticket.id;
};

/** The tickets that are not what their events make them. */
async function mismatches(pool: TestStore['pool'] = store.pool): Promise<readonly string[]> {
  const client = await pool.connect();
  try {
    const tickets = await rowsOf<Json>(client, { text: 'SELECT * FROM tickets' });
    const events = await rowsOf<Json>(client, { text: 'SELECT * FROM events ORDER BY ticket_id, number' });
    return tickets
      .filter((row) => {
        const stored = ticketOf(row);
        const history = events.filter(({ ticket_id }) => ticket_id === row.id).map(eventOf);
        return !matchesLog(stored, { ...stored, ...foldAll(history) });
      })
      .map(({ id }) => id);
  } finally {
    client.release();
  }
}

describe('an erasure', () => {
  test('loses no event that is recorded beside it', async () => {
    const id = await open();
    let isErasing = true;
    const recording = (async () => {
      let recorded = 0;
      for (; isErasing || recorded === 0; recorded++) {
        const [changed] = await store.changeTickets([
          commands(id, [{ type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: `to ${NAME}` }]),
        ]);
        expect(changed?.refused).toBeNull();
      }
      return recorded;
    })();
    for (let round = 0; round < 3; round++) await eraseNow();
    isErasing = false;
    const recorded = await recording;
    await eraseNow();
    const events = await query('SELECT number, data FROM events WHERE ticket_id = $1 ORDER BY number', [id]);
    expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ data }) => data.body === '[erased]')).toHaveLength(recorded);
    expect(await mismatches()).toEqual([]);
  });

  test('is not undone by a process that has read events before it', async () => {
    const id = await open({ externalId: `for ${NAME}`, tags: [NAME] });
    const [{ client_id }] = await query('SELECT client_id FROM tickets WHERE id = $1', [id]);
    await eraseNow();
    const names = [
      { ticket_id: id, number: 1, folded: comparisonKey(NAME), written_hash: hashOf(NAME), written: NAME },
    ];
    const ids = [{ ticket_id: id, number: 1, client_id, folded: comparisonKey(`for ${NAME}`), written: `for ${NAME}` }];
    await query(ADD_NAMES.text, ['0', 'names', JSON.stringify(names), JSON.stringify(ids)]);
    const texts = [{ ticket_id: id, number: 1, folded: 'zora quillfeather', grams: '{1}' }];
    await query(ADD_TEXTS.text, ['0', 'texts', JSON.stringify(texts)]);
    expect(await query('SELECT FROM spellings WHERE written = $1', [NAME])).toEqual([]);
    expect(await query('SELECT FROM external_ids WHERE written LIKE $1', [`%${NAME}%`])).toEqual([]);
    expect(await query(`SELECT FROM search_texts WHERE folded LIKE '%quillfeather%'`)).toEqual([]);
  });

  test('that was interrupted goes on with the same pseudonym', async () => {
    await Promise.all(Array.from({ length: 51 }, () => open({ assignee: NAME })));
    let pseudonym = '';
    const failing = erasureStore();
    let batches = 0;
    const interrupted = erase(PERSON, {
      store: {
        ...failing,
        eraseTickets: (...batch) => {
          batches += 1;
          return batches === 2 ? Promise.reject(new Error('lost')) : failing.eraseTickets(...batch);
        },
      },
      onBegin: async (begun) => {
        pseudonym = begun ?? '';
      },
      onProgress: () => undefined,
    });
    await expect(interrupted).rejects.toThrow('lost');
    expect(await query('SELECT FROM tickets WHERE assignee = $1', [NAME])).toHaveLength(1);
    expect((await eraseNow({ pseudonym })).tickets).toBe(1);
    expect(await query('SELECT FROM tickets WHERE assignee = $1', [pseudonym])).toHaveLength(51);
    expect(await mismatches()).toEqual([]);
  });

  test('leaves a ticket as it is whose events it cannot read, and says so', async () => {
    const [broken, whole] = [await open(), await open()];
    const change = async (data: string) => {
      await query('ALTER TABLE events DISABLE TRIGGER events_append_only');
      await query(`UPDATE events SET data = ${data} WHERE ticket_id = $1`, [broken]);
      await query('ALTER TABLE events ENABLE ALWAYS TRIGGER events_append_only');
    };
    await change(`data || '{"mood": "cross"}'`);
    const { failed } = await eraseNow();
    expect(failed).toEqual([{ ticket: expect.any(Number), reason: expect.stringContaining('has the field mood') }]);
    const reporters = await query('SELECT id, reporter FROM tickets WHERE id = ANY ($1)', [[broken, whole]]);
    expect(reporters.map(({ id, reporter }) => [id === broken, reporter === NAME])).toEqual(
      expect.arrayContaining([
        [true, true],
        [false, false],
      ]),
    );
    await change(`data - 'mood'`);
    await eraseNow();
  });
});

test('an export that was made after an erasure restores the same tickets', async () => {
  await open({ subject: `from ${NAME}`, tags: ['x', 'y'], externalId: 'restored' });
  await eraseNow();
  const folder = mkdtempSync(join(tmpdir(), 'stepdown-erased-'));
  const target = await createTestDatabase();
  const log = pino({ level: 'silent' });
  try {
    const file = join(folder, 'export.jsonl');
    const output = createWriteStream(file);
    await runFullExport(loadConfig({ DATABASE_URL: store.url }), output, log);
    await new Promise((done) => output.end(done));
    let printed = '';
    const stdout = { write: (text: string) => (printed += text) };
    const code = await runRestore(
      loadConfig({ DATABASE_URL: target.url }),
      file,
      { stdout, stderr: process.stderr },
      log,
    );
    expect([code, printed]).toEqual([0, expect.stringContaining('0 were left out')]);
    const texts = `SELECT id, number, subject, reporter, assignee, tags, external_id, cycles FROM tickets ORDER BY number`;
    const { Client } = await import('pg');
    const restored = new Client(target.url);
    await restored.connect();
    expect((await restored.query(texts)).rows).toEqual(await query(texts));
    await restored.end();
  } finally {
    await target.drop();
    rmSync(folder, { recursive: true });
  }
});
