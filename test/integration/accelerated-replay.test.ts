import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pino from 'pino';
import { publishConfiguredPolicy } from '../../src/application/policies/publish-configured-policy';
import { openStore } from '../../src/compose/open-store';
import { loadConfig } from '../../src/config';
import { importLog, type Log, outcomeOf, replayLog } from '../support/accelerated-replay';
import { createTestDatabase } from '../support/database';

const ROOT = join(__dirname, '../..');
const FILE = join(ROOT, 'examples/data/incidents.csv');
const MAPPING = join(ROOT, 'examples/servicenow.mapping.yaml');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepdown-replay-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function compare(log: Log) {
  const databases = [await createTestDatabase(), await createTestDatabase()] as const;
  const quiet = pino({ level: 'silent' });
  const [imported, replayed] = [
    await openStore(loadConfig({ DATABASE_URL: databases[0].url }), quiet),
    await openStore(loadConfig({ DATABASE_URL: databases[1].url }), quiet),
  ];
  try {
    for (const { policies, policyFile } of [imported, replayed]) {
      await publishConfiguredPolicy(policies, policyFile, 'MISSING');
    }
    // Side by side: each waits for a database of its own.
    const [{ byEngine }] = await Promise.all([replayLog(replayed, log), importLog(imported, log)]);
    return { imported: await outcomeOf(imported.pool), replayed: await outcomeOf(replayed.pool), byEngine };
  } finally {
    await imported.close();
    await replayed.close();
    for (const database of databases) await database.drop();
  }
}

test.each([
  ['as its mapping says', 'notMeasured: [UPDATE]', 126],
  [
    'with updates measured, so that they are missed and silence ends tickets',
    'notMeasured: []\ncloseAfterSilence: true',
    260,
  ],
])(
  'the real log, imported after the fact and lived through with the engine running, %s: the same breaches',
  async (_, notMeasured, atLeast) => {
    const mapping = join(folder, 'mapping.yaml');
    await writeFile(mapping, (await readFile(MAPPING, 'utf8')).replace('notMeasured: [UPDATE]', notMeasured));
    const { imported, replayed, byEngine } = await compare({ file: FILE, mapping });
    const words = ({ fellDue }: typeof imported) => fellDue.map(({ what }) => what);
    expect(words(replayed)).toEqual(words(imported));
    expect(replayed.tickets).toEqual(imported.tickets);

    const due = replayed.fellDue.filter(({ cause }) => cause === 'DUE');
    expect(due.length).toBeGreaterThanOrEqual(atLeast);
    // No command had to record what fell due; the engine had done so before.
    expect(due.filter(({ xid }) => !byEngine.has(xid))).toEqual([]);
  },
);
