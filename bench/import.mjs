// Measures `stepdown import` of a log as large as the real one, and of one three times that size:
// the time of a row and the memory. The peer is COPY of the same rows into a table on the same
// server, which is the minimum that any import can cost. Needs `npm run build`. Run: node
// bench/import.mjs
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { COPIES, MAPPING, writeBigLog } from './big-log.mjs';
import { execute, inTemporaryFolder } from './processes.mjs';
import { environmentFor, openStore } from './service.mjs';
import { median, ratiosOf, rounded, summaryOf, table, whole, withSpread } from './stats.mjs';

const require = createRequire(import.meta.url);
const ROUNDS = 3;
const LARGER = 3;
const AIM_SECONDS = 30;
/** The factor up to which growth still counts as linear, or flat. Our definition. */
const SLACK = 1.25;

/** Imports the file into a store. Throws unless the import takes every ticket. */
export const importFile = async (dataDir, file) => {
  const args = ['bin/stepdown.js', 'import', file, '--mapping', MAPPING, '--reports', `${file}.reports`];
  const { stdout, seconds, peakMb } = await execute(process.execPath, args, { env: environmentFor(dataDir) });
  const [, imported, tickets, rows] = /Imported (\d+) of (\d+) tickets from (\d+) rows/.exec(stdout) ?? [];
  if (imported === undefined || imported !== tickets) throw new Error(`The import left out tickets: ${stdout}`);
  return { seconds, peakMb, tickets: Number(tickets), rows: Number(rows) };
};

const copyFile = async (store, file, header) => {
  const { from } = require('pg-copy-streams');
  const client = await store.pool.connect();
  try {
    await client.query(`CREATE TABLE bench_rows (${header.map((column) => `${column} text`).join(', ')})`);
    const began = performance.now();
    const into = client.query(from('COPY bench_rows FROM STDIN (FORMAT csv, HEADER)'));
    await pipeline(createReadStream(file), into);
    return (performance.now() - began) / 1000;
  } finally {
    client.release();
  }
};

/** One round on a new data folder, whose server is already running. */
const round = (file, header) =>
  inTemporaryFolder(async (dataDir) => {
    const store = await openStore(dataDir);
    try {
      const imported = await importFile(dataDir, file);
      return { ...imported, copySeconds: await copyFile(store, file, header) };
    } finally {
      await store.close();
    }
  });

const megabytes = (rounds) => {
  const peaks = rounds.map(({ peakMb }) => peakMb);
  return peaks.includes(null) ? null : Math.round(median(peaks));
};

export async function run() {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'log.csv');
    const { header, rows } = await writeBigLog(file);
    const rounds = [];
    for (let turn = 0; turn < ROUNDS; turn += 1) rounds.push(await round(file, header));
    const larger = join(folder, 'larger.csv');
    await writeBigLog(larger, COPIES * LARGER);
    const large = await round(larger, header);

    const seconds = rounds.map((one) => one.seconds);
    const perRow = large.seconds / large.rows / (median(seconds) / rows);
    return {
      name: 'import',
      aim: AIM_SECONDS,
      rows,
      tickets: rounds[0].tickets,
      seconds: summaryOf(seconds),
      rowsPerSecond: Math.round(rows / median(seconds)),
      peakMb: megabytes(rounds),
      copySeconds: summaryOf(rounds.map(({ copySeconds }) => copySeconds)),
      ratio: ratiosOf(
        rounds.map(({ copySeconds }) => copySeconds),
        seconds,
      ),
      larger: {
        times: LARGER,
        rows: large.rows,
        seconds: rounded(large.seconds),
        rowsPerSecond: Math.round(large.rows / large.seconds),
        peakMb: megabytes([large]),
        copySeconds: rounded(large.copySeconds),
        costOfARow: rounded(perRow),
      },
      extrapolatedTenfoldSeconds: rounded((large.seconds * 10) / LARGER),
    };
  });
}

export const report = ({ aim, rows, tickets, seconds, rowsPerSecond, peakMb, copySeconds, ratio, ...rest }) => ({
  title: '`stepdown import` of a whole log',
  figures: [
    {
      figure: `Import of ${whole(rows)} rows, seconds`,
      measured: withSpread(seconds),
      aim: `< ${aim} s`,
      isMet: seconds.median < aim,
    },
    {
      figure: `Cost of a row in a file ${rest.larger.times} times as large`,
      measured: `× ${rest.larger.costOfARow}`,
      aim: `linear (< × ${SLACK})`,
      isMet: rest.larger.costOfARow < SLACK,
    },
    {
      figure: `Memory of the import at its peak, ${rest.larger.times} times the rows`,
      measured: peakMb === null ? '–' : `${peakMb} → ${rest.larger.peakMb} MB`,
      aim: `flat (< × ${SLACK})`,
      isMet: peakMb === null ? null : rest.larger.peakMb < peakMb * SLACK,
    },
  ],
  text: `The log repeats \`examples/data/incidents.csv\` under other numbers: ${whole(rows)} rows, ${whole(tickets)} tickets. \
Each round is a separate process, measured from its start to its end, on a new data folder whose server is running; median of ${ROUNDS} (least–greatest), the larger file once. \
The peer is COPY of the same rows into a table of text columns on the same server, without decisions, indexes or events.

${table(
  ['', 'rows', 'seconds', 'rows/s', 'peak memory MB', 'COPY seconds'],
  [
    ['import', whole(rows), withSpread(seconds), whole(rowsPerSecond), peakMb ?? '–', withSpread(copySeconds)],
    [
      `import, ${rest.larger.times} times the rows`,
      whole(rest.larger.rows),
      rest.larger.seconds,
      whole(rest.larger.rowsPerSecond),
      rest.larger.peakMb ?? '–',
      rest.larger.copySeconds,
    ],
  ],
)}

COPY / import: ${withSpread(ratio)}. Extrapolated, not measured: a file of ten times the rows takes about ${whole(rest.extrapolatedTenfoldSeconds)} s.`,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await run(), null, 2)}\n`);
}
