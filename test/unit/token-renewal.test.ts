import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Authentication } from '../../src/application/access/authentication';
import { Unauthenticated } from '../../src/application/access/caller-identity';
import { type Tokens, TokensUnavailable, type VerifiedToken } from '../../src/application/ports/tokens';

const VERIFIED: VerifiedToken = {
  subject: 'billing',
  issuedAt: 0,
  expiresAt: Number.MAX_SAFE_INTEGER,
  name: 'Billing',
  email: null,
  roles: ['service'],
  clients: ['*'],
  scopes: ['read'],
};
const SLOW: Tokens['verify'] = () => new Promise(() => undefined);

/** How the identity provider answers. */
let verify: Tokens['verify'];
let verified: number;
let authentication: Authentication;

beforeEach(() => {
  jest.useFakeTimers();
  verify = async () => VERIFIED;
  verified = 0;
  const unused = {} as never;
  authentication = new Authentication({
    keys: unused,
    people: unused,
    clock: { now: () => 0 },
    toleranceMs: 0,
    tokens: {
      verify: (token) => {
        verified += 1;
        return verify(token);
      },
    },
    roleNames: { CLIENT: [], AGENT: [], SERVICE: ['service'], ADMIN: [] },
    clientIdOf: async () => null,
    onError: () => undefined,
  });
});
afterEach(() => {
  jest.useRealTimers();
});

const identify = async (): Promise<string> => (await authentication.identify('a.b.c')).caller.actor.id;
const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

it('a token that is in use is verified again in the background, once', async () => {
  await identify();
  await pass(29_999);
  await identify();
  expect(verified).toBe(1);
  await pass(1);
  verify = SLOW;
  expect(authentication.identify('a.b.c')).not.toBeInstanceOf(Promise);
  expect(authentication.identify('a.b.c')).not.toBeInstanceOf(Promise);
  expect(verified).toBe(2);
  // After the wait, the identity provider counts as unreachable, and the token as renewed.
  await pass(59_000);
  expect(authentication.identify('a.b.c')).not.toBeInstanceOf(Promise);
});

it('a token that was verified before waits for a slow identity provider for half a second at most', async () => {
  await identify();
  await pass(60_000);
  verify = SLOW;
  let answer: string | null = null;
  void identify().then((id) => {
    answer = id;
  });
  await pass(499);
  expect(answer).toBeNull();
  await pass(1);
  expect(answer).toBe('billing');
});

it('a token that was not verified before waits for its verification', async () => {
  verify = SLOW;
  let isAnswered = false;
  void identify().finally(() => {
    isAnswered = true;
  });
  await pass(50_000);
  expect(isAnswered).toBe(false);
});

it('a refusal that comes late counts from then on', async () => {
  await identify();
  await pass(60_000);
  let refuse: (error: Error) => void = () => undefined;
  verify = () =>
    new Promise((_resolve, reject) => {
      refuse = reject;
    });
  const waiting = identify();
  await pass(500);
  expect(await waiting).toBe('billing');
  refuse(new Unauthenticated('withdrawn'));
  await pass(0);
  verify = () => Promise.reject(new Unauthenticated('withdrawn'));
  await expect(identify()).rejects.toThrow('withdrawn');
});

it('a refusal in the background counts at once', async () => {
  await identify();
  await pass(30_000);
  verify = () => Promise.reject(new Unauthenticated('withdrawn'));
  expect(await identify()).toBe('billing');
  await pass(0);
  await expect(identify()).rejects.toThrow('withdrawn');
});

it('a failure of something else in the background ends at the end of the minute', async () => {
  await identify();
  await pass(30_000);
  verify = () => Promise.reject(new Error('the database is down'));
  await identify();
  await pass(29_999);
  expect(await identify()).toBe('billing');
  expect(verified).toBe(2);
  await pass(1);
  await expect(identify()).rejects.toThrow('the database is down');
});

it('while the identity provider cannot be reached, what was verified stays valid', async () => {
  await identify();
  verify = () => Promise.reject(new TokensUnavailable('down'));
  for (let minute = 0; minute < 5; minute++) {
    await pass(60_000);
    expect(await identify()).toBe('billing');
  }
});

it('a token is known while it was valid last, also while it is verified again', async () => {
  expect(authentication.knows('a.b.c')).toBe(false);
  await identify();
  expect(authentication.knows('a.b.c')).toBe(true);
  expect(authentication.knows('a.b.d')).toBe(false);
  await pass(3_600_000);
  verify = () => Promise.reject(new Unauthenticated('withdrawn'));
  const refused = identify();
  expect(authentication.knows('a.b.c')).toBe(true);
  await expect(refused).rejects.toThrow('withdrawn');
  expect(authentication.knows('a.b.c')).toBe(false);
});
