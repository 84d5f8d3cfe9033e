#!/usr/bin/env node
// Compiles the sources if they have changed since the last build, then runs the command line in
// this process, so that signals reach it. It does not check types, which takes two thirds of the
// time of a compilation; `npm run types` does. A container image has no sources, so nothing is
// compiled.
const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const CLIENT = 'packages/client';
const SOURCES = [
  'src',
  'migrations',
  'ormconfig.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  `${CLIENT}/src`,
  `${CLIENT}/tsconfig.json`,
];

function newestChange(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

// The package of the client first: the program is built when both are.
const PROJECTS = [CLIENT, 'tsconfig.build.json'];
const BUILT = join(root, 'dist', 'tsconfig.build.tsbuildinfo');
const LOCK = join(root, 'dist.lock');

function isBuilt() {
  const sources = SOURCES.map((name) => newestChange(join(root, name)));
  return existsSync(BUILT) && existsSync(join(root, CLIENT, 'dist')) && Math.max(...sources) < statSync(BUILT).mtimeMs;
}

function build() {
  if (!existsSync(join(root, 'src')) || isBuilt()) return;
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // The program itself is an optional package of TypeScript, one for each platform.
  const program = join(root, 'node_modules', '@typescript', `typescript-${process.platform}-${process.arch}`);
  if (!existsSync(compiler) || !existsSync(program)) {
    process.stderr.write(
      'The TypeScript compiler is not installed. Run "npm ci" first, without --omit=dev and --omit=optional.\n',
    );
    process.exit(1);
  }
  const unlock = lockBuild();
  // Another process may have compiled while this one waited.
  const projects = isBuilt() ? [] : PROJECTS;
  const statuses = projects.map(
    (project) =>
      spawnSync(process.execPath, [compiler, '-p', join(root, project), '--noCheck'], { stdio: ['ignore', 2, 2] })
        .status,
  );
  unlock();
  const failed = statuses.find((status) => status !== 0);
  if (failed !== undefined) process.exit(failed ?? 1);
}

/**
 * Waits until no other process compiles: it would replace files that this one loads. The lock of a
 * process that was killed does not count.
 */
function lockBuild() {
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return () => rmSync(LOCK, { force: true });
    } catch (error) {
      // The compiler says what is wrong with a folder that cannot be written.
      if (error.code !== 'EEXIST') return () => undefined;
    }
    if (!isHeld()) rmSync(LOCK, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}

function isHeld() {
  try {
    const { mtimeMs } = statSync(LOCK);
    const holder = Number(readFileSync(LOCK, 'utf8'));
    // Its number is written a moment after the file.
    if (holder === 0) return Date.now() - mtimeMs < 5_000;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

build();
// npm changes to the folder of the package. Files are named from the folder of the caller, also in
// variables such as STEPDOWN_DATA_DIR.
const { INIT_CWD, npm_package_json } = process.env;
if (INIT_CWD && npm_package_json && realpathSync(npm_package_json) === join(root, 'package.json')) {
  process.chdir(INIT_CWD);
}
// Otherwise graphql checks every value for a second copy of its own module.
process.env.NODE_ENV ??= 'production';
require(join(root, 'dist', 'src', 'cli.js'));
