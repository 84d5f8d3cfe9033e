// Compares the deadline engine with the import on any log: imports the log once, and replays it
// once in accelerated time with the engine running. Run: node bench/replay.mjs FILE.csv
// MAPPING.yaml
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inTemporaryFolder, ROOT } from './processes.mjs';
import { table, whole } from './stats.mjs';

const require = createRequire(import.meta.url);
// The replay of the tests, from its TypeScript source.
require('../test/support/typescript.cjs');
const { importLog, outcomeOf, replayLog } = require('../test/support/accelerated-replay.ts');
const { publishConfiguredPolicy } = require('../src/application/policies/publish-configured-policy.ts');
const { openStore } = require('../src/compose/open-store.ts');
const { loadConfig } = require('../src/config.ts');

const [file = join(ROOT, 'examples/data/incidents.csv'), mapping = join(ROOT, 'examples/servicenow.mapping.yaml')] =
  process.argv.slice(2);
const silent = { info() {}, warn() {}, error() {}, debug() {} };

/** Runs the work on a new store. Returns its result and its duration in seconds. */
const onStore = (work) =>
  inTemporaryFolder(async (dataDir) => {
    const store = await openStore(loadConfig({ STEPDOWN_DATA_DIR: dataDir }), silent, 'stepdown replay');
    try {
      await publishConfiguredPolicy(store.policies, store.policyFile, 'MISSING');
      const began = performance.now();
      const result = await work(store);
      const seconds = (performance.now() - began) / 1000;
      return { result, seconds, ...(await outcomeOf(store.pool)) };
    } finally {
      await store.close();
    }
  });

const log = { file, mapping };
const imported = await onStore((store) => importLog(store, log));
const lived = await onStore((store) => replayLog(store, log));

const breaches = ({ fellDue }) => fellDue.filter(({ cause }) => cause !== null);
const onlyIn = (ours, theirs) => {
  const known = new Set(theirs);
  return ours.filter((one) => !known.has(one));
};
const words = ({ fellDue }) => fellDue.map(({ what }) => what);
const byEngine = lived.fellDue.filter(({ xid }) => lived.result.byEngine.has(xid));
const differences = [
  ...onlyIn(words(imported), words(lived)).map((what) => `only imported: ${what}`),
  ...onlyIn(words(lived), words(imported)).map((what) => `only replayed: ${what}`),
  ...onlyIn(lived.tickets, imported.tickets).map((what) => `ends differently: ${what}`),
];

const row = (name, { fellDue, tickets, seconds }) => [
  name,
  whole(tickets.length),
  whole(breaches({ fellDue }).length),
  whole(fellDue.length),
  seconds.toFixed(1),
];
process.stdout.write(`${table(
  ['', 'tickets', 'breaches', 'all that fell due', 'seconds'],
  [row('imported', imported), row('replayed', lived)],
)}

The clock stopped at ${whole(lived.result.stops)} deadlines, with ${whole(lived.result.changes)} changes in between. The engine recorded \
${whole(byEngine.length)} of ${whole(lived.fellDue.length)}, among them ${whole(breaches({ fellDue: byEngine }).length)} breaches.
${differences.length === 0 ? 'Every breach, mark and closing after silence is the same, to the millisecond.' : differences.slice(0, 20).join('\n')}
`);
process.exitCode = differences.length === 0 ? 0 : 1;
