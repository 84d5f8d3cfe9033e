// Measures the time from `npm start` to the first GraphQL answer, in a fresh clone (nothing built,
// no data) and at later starts; and the memory of the service, idle and after the import of a log
// as large as the real one beside it. Run: node bench/start.mjs
import { once } from 'node:events';
import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writeBigLog } from './big-log.mjs';
import { importFile } from './import.mjs';
import { childrenOf, inTemporaryFolder, memoryMb, ROOT, sharedMemoryMb, start } from './processes.mjs';
import { ask, environmentFor, indexTexts, postmasterOf, startService } from './service.mjs';
import { summaryOf, table, withSpread } from './stats.mjs';

const FIRST_ROUNDS = 3;
const LATER_ROUNDS = 5;
const AIMS = { first: 5, later: 2 };
/** V8 gives memory back after half a minute without work. */
const IDLE_MS = 45_000;
const QUESTION = '{ tickets(first: 1) { totalCount } }';

/** The files of a clone that the start needs. node_modules is a link to the installed packages. */
const CLONED = ['bin', 'src', 'migrations', 'policies', 'examples', 'package.json', 'ormconfig.ts'];
const CONFIGS = ['tsconfig.json', 'tsconfig.build.json'];

const cloneInto = async (folder) => {
  await mkdir(folder);
  for (const name of [...CLONED, ...CONFIGS]) await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
};

/** Seconds from `npm start` to the first answer. Waits until all started processes have exited. */
const secondsToAnswer = async (clone, dataDir) => {
  const began = performance.now();
  const npm = start('npm', ['start'], { cwd: clone, env: environmentFor(dataDir), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  try {
    const url = await new Promise((resolve, reject) => {
      const listen = (chunk) => {
        said += chunk;
        const [, found] = /serves (http\S+)/.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      };
      npm.stdout.on('data', listen);
      npm.stderr.on('data', listen);
      npm.once('exit', (code) => reject(new Error(`npm start exited with code ${code}: ${said}`)));
    });
    await ask(url, QUESTION);
    return (performance.now() - began) / 1000;
  } finally {
    // The pipes close when the service, the last process that holds them, has exited.
    const closed = once(npm, 'close');
    npm.kill('SIGTERM');
    await closed;
  }
};

const starts = (folder) =>
  inTemporaryFolder(async (data) => {
    const clone = join(folder, 'clone');
    await cloneInto(clone);
    const [first, later] = [[], []];
    for (let turn = 0; turn < FIRST_ROUNDS; turn += 1) {
      await rm(join(clone, 'dist'), { recursive: true, force: true });
      first.push(await secondsToAnswer(clone, join(data, `data-${turn}`)));
    }
    for (let turn = 0; turn < LATER_ROUNDS; turn += 1) later.push(await secondsToAnswer(clone, join(data, 'data-0')));
    return { first: summaryOf(first), later: summaryOf(later) };
  });

const rounded = (megabytes) => (megabytes === null ? null : Math.round(megabytes));

const memoryOf = async (service, dataDir) => {
  const postmaster = await postmasterOf(dataDir);
  return {
    service: rounded(memoryMb(service.pid)),
    database: rounded(sharedMemoryMb([postmaster, ...childrenOf(postmaster)])),
  };
};

const memory = (folder) =>
  inTemporaryFolder(async (dataDir) => {
    const file = join(folder, 'log.csv');
    const { rows } = await writeBigLog(file);
    const service = await startService(dataDir);
    try {
      await ask(service.url, QUESTION);
      await sleep(IDLE_MS);
      const idle = await memoryOf(service, dataDir);
      const { peakMb } = await importFile(dataDir, file);
      await indexTexts(service.url);
      await sleep(IDLE_MS);
      return { idle, afterImport: await memoryOf(service, dataDir), importPeakMb: rounded(peakMb), rows };
    } finally {
      await service.stop();
    }
  });

export async function run() {
  return inTemporaryFolder(async (folder) => ({
    name: 'start',
    unit: 's',
    aims: AIMS,
    ...(await starts(folder)),
    memory: await memory(folder),
  }));
}

export const report = ({ first, later, aims, memory: { idle, afterImport, rows } }) => ({
  title: '`npm start`, and memory',
  figures: [
    {
      figure: '`npm start` to the first answer, first start, seconds',
      measured: withSpread(first),
      aim: `< ${aims.first} s`,
      isMet: first.median < aims.first,
    },
    {
      figure: '`npm start` to the first answer, later starts, seconds',
      measured: withSpread(later),
      aim: `< ${aims.later} s`,
      isMet: later.median < aims.later,
    },
    {
      figure: 'Memory of the service, idle → after an import beside it and the index of its texts',
      measured: `${idle.service ?? '–'} → ${afterImport.service ?? '–'} MB`,
      aim: '–',
      isMet: null,
    },
  ],
  text: `From the start of \`npm\` to the answer to \`${QUESTION}\`. The first start is in a copy of the sources with \`node_modules\` installed, nothing built and \
no data folder: it compiles, creates the database (initdb) and migrates; median of ${FIRST_ROUNDS} (least–greatest). Later starts: median of ${LATER_ROUNDS}.

${table(
  ['Memory, MB', 'idle', `after ${rows.toLocaleString('en-US')} rows were imported and their texts indexed`],
  [
    ['service (resident)', idle.service ?? '–', afterImport.service ?? '–'],
    ['embedded PostgreSQL (shared pages counted once)', idle.database ?? '–', afterImport.database ?? '–'],
  ],
)}`,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await run(), null, 2)}\n`);
}
