import { expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import pino from 'pino';
import type { UnreadyReason } from '../../src/adapters/http/health';
import { OtherSystemError } from '../../src/application/ports/other-system-error';
import {
  CommitUnknownError,
  DataLockedError,
  InsufficientStorageError,
  OutdatedProcessError,
  StoreBusyError,
  StoreClosedError,
  StoreUnresponsiveError,
} from '../../src/application/ports/store-errors';
import { TokensUnavailable } from '../../src/application/ports/tokens';
import { DatabaseOutage } from '../../src/compose/database-outage';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly outageMs?: number;
}

/** An outage whose time, log and database are those of the test. */
function world() {
  const all: Line[] = [];
  const state = { now: 0, reasons: [] as readonly UnreadyReason[] };
  const log = pino({ level: 'debug' }, { write: (line: string) => all.push(JSON.parse(line)) });
  const outage = new DatabaseOutage(
    log,
    async () => state.reasons,
    () => state.now,
  );
  const answer = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 500) {
      state.now += 500;
      outage.answered();
      await new Promise(setImmediate);
    }
  };
  return { state, outage, logger: outage.logger, answer, lines: () => all.filter(({ level }) => level >= 30) };
}

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const readOnly = Object.assign(new Error('cannot execute UPDATE in a read-only transaction'), { code: '25006' });
const asGraphQL = (originalError: Error) => new GraphQLError(originalError.message, { originalError });

it('an outage is one line at its start and one at its end, with its length, whatever fails in between', async () => {
  const { state, outage, logger, answer, lines } = world();
  outage.changed('UNREACHABLE', refused);
  for (let n = 0; n < 100; n += 1) {
    state.now += 100;
    logger.warn({ err: refused }, 'deadlines cannot be recorded at the moment');
    logger.error({ requestId: 'a', err: asGraphQL(refused) }, 'a request failed');
    logger.warn({ requestId: 'b', err: new CommitUnknownError(refused) }, 'a request failed');
    if (n === 50) outage.changed('OUT_OF_SPACE', null);
  }
  outage.changed('ANSWERING', null);
  await answer(5_000);
  expect(lines()).toMatchObject([
    { level: 50, msg: 'the database cannot be reached', err: { message: 'connect ECONNREFUSED' } },
    { level: 30, msg: 'the database can be used again', outageMs: 10_500 },
  ]);
});

it('an outage that goes on after an answer is one', async () => {
  const { state, outage, answer, lines } = world();
  outage.changed('UNRESPONSIVE', new StoreUnresponsiveError('UNANSWERED'));
  await answer(1_500);
  outage.changed('UNREACHABLE', refused);
  state.reasons = [{ code: 'DATABASE_UNAVAILABLE', message: 'It starts.' }];
  await answer(10_000);
  expect(lines()).toHaveLength(1);
  state.reasons = [];
  await answer(5_000);
  expect(lines().map(({ msg }) => msg)).toEqual([
    'the database does not answer; requests are refused until it does',
    'the database can be used again',
  ]);
  outage.changed('UNREACHABLE', refused);
  expect(lines()).toHaveLength(3);
});

it.each([
  ['takes only reads', readOnly],
  ['has no space', new InsufficientStorageError('53100')],
  ['is too new for this process', new OutdatedProcessError('A newer version')],
])('a database that answers and %s is an outage until requests can succeed again', async (_name, error) => {
  const { state, logger, answer, lines } = world();
  state.reasons = [{ code: 'READ_ONLY', message: 'The database takes only reads.' }];
  for (let n = 0; n < 20; n += 1) {
    logger.warn({ requestId: `${n}`, err: asGraphQL(error) }, 'a request failed');
    await answer(3_000);
  }
  expect(lines().map(({ level }) => level)).toEqual([50]);
  state.reasons = [];
  await answer(5_000);
  expect(lines().map(({ level }) => level)).toEqual([50, 30]);
});

it('a connection that is lost and replaced is no outage', async () => {
  const { logger, answer, lines } = world();
  logger.warn({ err: refused }, 'the event log cannot be followed at the moment');
  await answer(5_000);
  expect(lines()).toEqual([]);
});

it('other faults keep their lines, also those of a database that works', () => {
  const { logger, lines } = world();
  const others = [
    new Error('bug'),
    new DataLockedError('Another transaction has a lock'),
    new StoreBusyError('Too much waits'),
    asGraphQL(new StoreClosedError()),
  ];
  for (const err of others) logger.warn({ err }, 'fault');
  logger.warn('a sentence');
  logger.error({ n: 1 }, 'fields');
  expect(lines().map(({ msg }) => msg)).toEqual([...others.map(() => 'fault'), 'a sentence', 'fields']);
});

it('an error of another system is logged as it is, whatever it looks like', async () => {
  const { logger, answer, lines } = world();
  logger.warn({ err: new OtherSystemError('connect ECONNREFUSED', { cause: refused }) }, 'the event bus is away');
  logger.warn({ err: new TokensUnavailable('The keys cannot be read', { cause: refused }) }, 'no keys');
  await answer(5_000);
  expect(lines()).toMatchObject([
    { level: 40, msg: 'the event bus is away' },
    { level: 40, msg: 'no keys' },
  ]);
});
