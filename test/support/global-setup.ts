import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres';
import { createDataSource } from '../../src/adapters/persistence/database/data-source';
import { migrate } from '../../src/adapters/persistence/database/migrate';
import { noBrowser } from './chromium';
import { ofProject, sealTemplate, serverVariable, TEMPLATE, urlOf, withServer } from './database';
import { ECOSYSTEM_COMMAND, hasEcosystem } from './ecosystem.cjs';
import { hasOldest, OLDEST_PACKAGE, OLDEST_VERSION } from './oldest-postgresql.cjs';
import { testRun } from './test-run';

const FOLDER = /^stepdown-jest-(\d+)(-\d+)?$/;

/**
 * Starts one PostgreSQL for the whole run and migrates a template database, which each test file
 * clones. A run that is killed leaves no server, for its lease ends with it; its folder is removed
 * by the next run.
 */
export default function globalSetup(): Promise<void> {
  return setUpInTurn(undefined);
}

/** One after the other, because the set-ups of all projects share a global. */
export function setUpInTurn(version: number | undefined): Promise<void> {
  const before = testRun.settingUp ?? removeLeftovers();
  testRun.settingUp = before.then(() => setUp(version));
  return testRun.settingUp;
}

async function setUp(version: number | undefined): Promise<void> {
  ofProject.POSTGRESQL_VERSION = version;
  if (!hasOldest) {
    const command = `npm ci --prefix test/postgresql-${OLDEST_VERSION}`;
    process.stderr.write(`The tests on PostgreSQL ${OLDEST_VERSION} are skipped, as it is not installed: ${command}\n`);
  }
  if (!hasEcosystem && version === undefined) {
    process.stderr.write(`The tests in test/ecosystem are skipped, as it is not installed: ${ECOSYSTEM_COMMAND}\n`);
  }
  if (noBrowser !== null && version === undefined) {
    process.stderr.write(`The tests in a browser are skipped: ${noBrowser}\n`);
  }
  // Tests that start the program do so side by side: it is compiled once, before them.
  const compiled = run(process.execPath, [join(__dirname, '../../bin/stepdown.js'), '--version']);
  const dataDir = join(tmpdir(), `stepdown-jest-${process.pid}${version === undefined ? '' : `-${version}`}`);
  await mkdir(dataDir, { mode: 0o700 });
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
  const postgres = await openEmbeddedPostgres({
    dataDir,
    log,
    durable: false,
    ...(version === undefined ? {} : { packageDir: OLDEST_PACKAGE }),
  });
  testRun.ends.push(async () => {
    await postgres.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  process.env[serverVariable()] = postgres.url;
  await withServer((client) => client.query(`create database ${TEMPLATE}`));
  const dataSource = createDataSource({ url: urlOf(TEMPLATE), poolSize: 1 });
  try {
    await migrate(dataSource);
    // What tests add to a database. The tables of the migrations keep their rights.
    for (const kind of ['TABLES', 'SEQUENCES']) {
      await dataSource.query(`ALTER DEFAULT PRIVILEGES GRANT ALL ON ${kind} TO PUBLIC`);
    }
  } finally {
    await dataSource.destroy();
  }
  await withServer(sealTemplate);
  await compiled;
}

const run = promisify(execFile);

const removeLeftovers = async (): Promise<void> => {
  for (const name of await readdir(tmpdir())) {
    const pid = FOLDER.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    // Another user's folder stays.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
};

const isRunning = (pid: number): boolean => {
  try {
    return pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
