#!/usr/bin/env node
// Compiles the sources if they have changed since the last build, then runs the command line in
// this process, so that signals reach it. A container image has no sources, so nothing is compiled.
const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync, statSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const SOURCES = ['src', 'migrations', 'ormconfig.ts', 'tsconfig.json', 'tsconfig.build.json'];

function newestChange(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

function build() {
  if (!existsSync(join(root, 'src'))) return;
  const built = join(root, 'dist', 'tsconfig.build.tsbuildinfo');
  const sources = SOURCES.map((name) => newestChange(join(root, name)));
  if (existsSync(built) && Math.max(...sources) < statSync(built).mtimeMs) return;
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(compiler)) {
    process.stderr.write('The TypeScript compiler is not installed. Run "npm ci" (without --omit=dev) first.\n');
    process.exit(1);
  }
  const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
}

build();
// Otherwise graphql checks every value for a second copy of its own module.
process.env.NODE_ENV ??= 'production';
require(join(root, 'dist', 'src', 'cli.js'));
