import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import pino from 'pino';
import { answerHealth, type UnreadyReason } from '../../src/adapters/http/health';
import { DataLockedError } from '../../src/application/ports/store-errors';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** The status, the body and the log lines of an answer when all time limits have passed. */
async function asked(readHealth: () => Promise<never>, readUnreadyReasons: () => Promise<readonly UnreadyReason[]>) {
  const logged: string[] = [];
  const logger = pino({}, { write: (line: string) => logged.push(JSON.parse(line).msg) });
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const end = jest.spyOn(response, 'end').mockReturnValue(response);
  const answered = answerHealth({ readHealth, readUnreadyReasons, version: '1.2.3', logger }, response);
  await jest.advanceTimersByTimeAsync(10_000);
  await answered;
  return [response.statusCode, JSON.parse(String(end.mock.calls[0]?.[0])), logged];
}

const never = () => new Promise<never>(() => undefined);
const answering = async () => [];

it('the health is locked only if a lock was found', async () => {
  const locked = () => Promise.reject(new DataLockedError('Another transaction has a lock'));
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
