import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const SUPPORT = join(__dirname, '..', 'support');

const answersOnHostIn = async (timeZone: string): Promise<{ answers: string; host: string }> => {
  const { stdout, stderr } = await run(
    process.execPath,
    ['-r', join(SUPPORT, 'typescript.cjs'), join(SUPPORT, 'calendar-host-cases.ts')],
    { env: { ...process.env, TZ: timeZone, NODE_OPTIONS: '' } },
  );
  return { answers: stdout, host: stderr };
};

describe('A calendar on a host in any zone', () => {
  const atHome = answersOnHostIn('UTC');

  it.each(['America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Tokyo'])(
    'answers in %s as it does in UTC',
    async (timeZone) => {
      const { answers, host } = await answersOnHostIn(timeZone);
      expect(host).toBe(timeZone);
      expect(answers.split('\n')).toHaveLength(12 * 4 * 12 * 7);
      expect(answers === (await atHome).answers).toBe(true);
    },
  );
});
