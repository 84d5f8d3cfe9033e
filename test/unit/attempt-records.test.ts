import { expect, it } from '@jest/globals';
import { CommitUnknownError, OutdatedProcessError } from '../../src/application/ports/store-errors';
import type { AttemptRecord, ClaimedDelivery, Recorded } from '../../src/application/ports/webhook-queue';
import { AttemptRecords } from '../../src/application/webhooks/attempt-records';

const attempt = (id: string): AttemptRecord => ({
  delivery: { id, claim: 1 } as ClaimedDelivery,
  outcome: 'DELIVERED',
  nextAttemptAt: null,
  statusCode: 200,
  error: null,
  durationMs: 1,
  response: null,
});

type Record = (ids: readonly string[]) => Recorded;
const allRecorded: Record = (ids) => ({ recorded: ids.map(() => true), madeDue: 0 });

function recordsWith(record: Record) {
  const transactions: (readonly string[])[] = [];
  let due = 0;
  const records = new AttemptRecords({
    queue: {
      record: async (attempts) => {
        const ids = attempts.map(({ delivery }) => delivery.id);
        transactions.push(ids);
        return record(ids);
      },
    },
    clock: { now: () => 0 },
    onDue: () => {
      due += 1;
    },
  });
  return { records, transactions, due: () => due };
}

it('records what comes together in one transaction, and answers each', async () => {
  const { records, transactions } = recordsWith((ids) => ({ recorded: ids.map((id) => id !== 'b'), madeDue: 0 }));
  const answers = ['a', 'b', 'c'].map((id) => records.record(attempt(id)));
  expect(await Promise.all(answers)).toEqual([true, false, true]);
  expect(transactions).toEqual([['a', 'b', 'c']]);
  expect(await records.record(attempt('d'))).toBe(true);
  expect(transactions).toEqual([['a', 'b', 'c'], ['d']]);
});

it('records the others when one of them cannot be recorded', async () => {
  const { records } = recordsWith((ids) => {
    if (ids.includes('b')) throw new Error('invalid text');
    return allRecorded(ids);
  });
  const answers = await Promise.allSettled(['a', 'b', 'c'].map((id) => records.record(attempt(id))));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it.each([
  ['while the database is down', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
  ['while the database takes only reads', Object.assign(new Error('refused'), { code: '25006' })],
  ['when it may be recorded', new CommitUnknownError(new Error('Connection terminated'))],
  ['after a migration of a newer version', new OutdatedProcessError('A newer version has migrated the database.')],
])('does not try each of them alone %s', async (_when, error) => {
  const { records, transactions } = recordsWith(() => {
    throw error;
  });
  const answers = await Promise.allSettled(['a', 'b'].map((id) => records.record(attempt(id))));
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(transactions).toHaveLength(1);
});

it('says when the next delivery of a ticket became due', async () => {
  const { records, due } = recordsWith((ids) => ({ ...allRecorded(ids), madeDue: ids.includes('b') ? 1 : 0 }));
  await records.record(attempt('a'));
  expect(due()).toBe(0);
  await records.record(attempt('b'));
  expect(due()).toBe(1);
});
