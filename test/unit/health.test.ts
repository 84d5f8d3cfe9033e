import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import pino from 'pino';
import { type Health, HealthEndpoint, type UnreadyReason } from '../../src/adapters/http/health';
import { DataLockedError } from '../../src/application/ports/store-errors';
import { everything } from '../support/actors';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

type ReadHealth = () => Promise<Health>;

/** Checks that are asked one after the other, with what the log says until then. */
function endpointOf(read: { health: ReadHealth; reasons: () => Promise<readonly UnreadyReason[]> }) {
  const logged: string[] = [];
  const logger = pino({}, { write: (line: string) => logged.push(JSON.parse(line).msg) });
  const endpoint = new HealthEndpoint({
    readHealth: () => read.health(),
    readUnreadyReasons: () => read.reasons(),
    version: '1.2.3',
    logger,
  });
  /** The status and the body of an answer when all time limits have passed. */
  const ask = async () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const end = jest.spyOn(response, 'end').mockReturnValue(response);
    const answered = endpoint.answerHealth(response, everything);
    await jest.advanceTimersByTimeAsync(10_000);
    await answered;
    return [response.statusCode, JSON.parse(String(end.mock.calls[0]?.[0]))] as const;
  };
  return { ask, logged };
}

async function asked(health: ReadHealth, reasons: () => Promise<readonly UnreadyReason[]>) {
  const { ask, logged } = endpointOf({ health, reasons });
  return [...(await ask()), logged];
}

const never = () => new Promise<never>(() => undefined);
const answering = async () => [];
const locked = () => Promise.reject(new DataLockedError('Another transaction has a lock'));

it('the health is locked only if a lock was found', async () => {
  expect(await asked(locked, answering)).toEqual([
    200,
    { status: 'locked', version: '1.2.3' },
    ['the health cannot be read, because a table of the database is locked'],
  ]);
});

it('the health is slow if it cannot be read in time and the database answers, and otherwise unavailable', async () => {
  expect(await asked(never, answering)).toEqual([
    200,
    { status: 'slow', version: '1.2.3' },
    ['the health cannot be read within 2000 ms, but the database answers'],
  ]);
  const away = async (): Promise<readonly UnreadyReason[]> => [{ code: 'DATABASE_UNAVAILABLE', message: 'away' }];
  for (const check of [never, away]) {
    expect(await asked(never, check)).toEqual([
      503,
      { status: 'unavailable', reason: 'database', version: '1.2.3' },
      [],
    ]);
  }
});

it('that the health cannot be read is logged once, and once that it can', async () => {
  const read: Parameters<typeof endpointOf>[0] = { health: locked, reasons: answering };
  const { ask, logged } = endpointOf(read);
  for (let n = 0; n < 5; n += 1) await ask();
  read.health = never;
  await ask();
  read.health = async () => ({ deadlinesBehindMs: 0 }) as Health;
  for (let n = 0; n < 5; n += 1) expect((await ask())[1].status).toBe('ok');
  expect(logged).toEqual([
    'the health cannot be read, because a table of the database is locked',
    'the health can be read again',
  ]);
  read.health = locked;
  await ask();
  expect(logged).toHaveLength(3);
});
