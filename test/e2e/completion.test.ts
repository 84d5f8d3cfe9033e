import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/graphql-service';
import { run } from '../support/program';

const ROOT = join(__dirname, '../..');
const execute = promisify(execFile);
const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

let service: TestService;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepdown-completion-'));
  // As `npm link` does.
  symlinkSync(join(ROOT, 'bin/stepdown.js'), join(folder, 'stepdown'));
  service = await startTestService();
  for (const name of ['Acme Shops', 'Acme $(touch hacked)', 'Bakery'])
    await service.mutate('createClient', { name }, 'client { id }');
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const env = (): NodeJS.ProcessEnv => ({
  PATH: `${folder}${delimiter}${process.env.PATH}`,
  HOME: folder,
  STEPDOWN_URL: service.url,
});

/** What bash offers for the last word. */
async function offeredByBash(...words: readonly string[]): Promise<readonly string[]> {
  const script = `source <(stepdown completion bash)
COMP_WORDS=(stepdown "$@"); COMP_CWORD=$#
_stepdown
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execute('bash', ['-c', script, 'bash', ...words], { env: env(), cwd: folder });
  return stdout.split('\n').filter((line) => line !== '');
}

it('bash completes commands, options, their values and names of clients', async () => {
  expect(await offeredByBash('wor')).toEqual(['workaround']);
  expect(await offeredByBash('policy', '')).toEqual(['check', 'publish', 'list', 'diff']);
  expect(await offeredByBash('wait', '202', 'third')).toEqual(['third-party']);
  expect(await offeredByBash('ack', '202', '--idem')).toEqual(['--idempotency-key']);
  expect(await offeredByBash('find', 'x', '--client', 'ac')).toEqual([
    'Acme\\ \\$\\(touch\\ hacked\\)',
    'Acme\\ Shops',
  ]);
  // Files follow.
  expect(await offeredByBash('policy', 'check', '')).toEqual([]);
});

it('offers nothing, and prints no error, where the service does not answer', async () => {
  const { code, stdout, stderr } = await run(['complete', '--', 'find', 'x', '--client', 'ac'], {
    STEPDOWN_URL: 'http://127.0.0.1:9/graphql',
  });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
});

it('does not wait for a service that does not answer', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, stdout } = await run(['complete', '--', 'find', 'x', '--url', url, '--client', 'ac']);
  server.closeAllConnections();
  server.close();
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});

(has('zsh') ? it : it.skip)('zsh reads its script', async () => {
  const { stdout } = await run(['completion', 'zsh']);
  await execute('zsh', ['-c', `autoload -U compinit; compinit -D; ${stdout}; whence _stepdown`], { env: env() });
});

(has('fish') ? it : it.skip)('fish completes commands', async () => {
  const { stdout } = await run(['completion', 'fish']);
  const { stdout: offered } = await execute('fish', ['-c', `${stdout}\ncomplete -C 'stepdown wor'`], { env: env() });
  expect(offered).toMatch(/^workaround\t/);
});

it('another shell is refused', async () => {
  const { code, stderr } = await run(['completion', 'tcsh']);
  expect(code).toBe(1);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
});
