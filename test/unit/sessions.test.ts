import { afterEach, expect, it, jest } from '@jest/globals';
import { type Authenticator, Unauthenticated } from '../../src/application/access/caller-identity';
import { ALL_RIGHTS } from '../../src/application/access/rights';
import { Sessions } from '../../src/application/access/sessions';
import { AGENT } from '../support/actors';

const IDENTITY = {
  caller: { actor: AGENT, sees: 'ALL', rights: ALL_RIGHTS },
  expiresAt: null,
  credential: 'x',
} as const;

afterEach(() => {
  jest.useRealTimers();
});

/** Sessions whose clock and whose look-ups belong to the test. */
function sessionsOver(identify: Authenticator['identify']) {
  jest.useFakeTimers();
  let now = 0;
  const sessions = new Sessions({ identify }, { now: () => now });
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    await jest.advanceTimersByTimeAsync(ms);
  };
  return { sessions, pass };
}

it('a look-up that hangs delays neither an expiry nor the end of another credential', async () => {
  const { sessions, pass } = sessionsOver((credential) => {
    if (credential === 'revoked') throw new Unauthenticated('revoked');
    return new Promise(() => undefined);
  });
  const ended: string[] = [];
  sessions.watch('hangs', IDENTITY, () => ended.push('hangs'));
  sessions.watch('expires', { expiresAt: 700 }, (reason) => ended.push(`expires: ${reason}`));
  await pass(250);
  sessions.watch('revoked', IDENTITY, () => ended.push('revoked'));
  await pass(250);
  expect(ended).toEqual(['revoked']);
  await pass(250);
  expect(ended).toEqual(['revoked', 'expires: The credential has expired']);
});

it('a socket that is opened while the credential is looked up for another one is watched too', async () => {
  const refusals: ((error: Error) => void)[] = [];
  const { sessions, pass } = sessionsOver(() => new Promise((_resolve, reject) => refusals.push(reject)));
  const ended: string[] = [];
  const leave = sessions.watch('key', IDENTITY, () => ended.push('first'));
  await pass(250);
  leave();
  sessions.watch('key', IDENTITY, () => ended.push('second'));
  refusals[0]?.(new Unauthenticated('revoked'));
  await pass(250);
  refusals[1]?.(new Unauthenticated('revoked'));
  await pass(250);
  expect(ended).toEqual(['second']);
});

it('an error that says nothing of the credential ends no socket', async () => {
  const { sessions, pass } = sessionsOver(() => Promise.reject(new Error('the database is down')));
  const ended: string[] = [];
  sessions.watch('key', IDENTITY, () => ended.push('key'));
  await pass(2_000);
  expect(ended).toEqual([]);
});
