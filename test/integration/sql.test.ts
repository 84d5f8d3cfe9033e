import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import { instantBound, instantText, parseTimestamptz, rowsOf } from '../../src/adapters/persistence/database/sql';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client(database.url);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const [EARLIEST, LATEST] = [Date.parse('0001-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')];

test.each(['UTC', 'America/New_York', 'Asia/Kathmandu', 'Africa/Monrovia', 'Pacific/Apia'])(
  'instants come back to the millisecond, in a session of %s',
  async (zone) => {
    await client.query(`SET TIME ZONE '${zone}'`);
    const instants = [
      ...fc.sample(fc.integer({ min: EARLIEST, max: LATEST }), 2_000),
      ...fc.sample(fc.integer({ min: Date.parse('1960-01-01'), max: Date.parse('2040-01-01') }), 2_000),
      ...[EARLIEST, LATEST, 0, -1, 1, 10, 100, 1000],
    ];
    const rows = await rowsOf<{ at: number }>(client, {
      text: 'SELECT at FROM unnest($1::timestamptz(3)[]) WITH ORDINALITY AS t (at, n) ORDER BY n',
      values: [instants.map(instantText)],
    });
    expect(rows.map(({ at }) => at)).toEqual(instants);
  },
);

test('an instant that cannot be stored is refused on writing, and compares as beyond every other', () => {
  for (const at of [EARLIEST - 1, LATEST + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => instantText(at)).toThrow(RangeError);
  }
  expect([instantBound(EARLIEST - 1), instantBound(LATEST + 1)]).toEqual(['-infinity', 'infinity']);
  expect(() => parseTimestamptz('infinity')).toThrow(RangeError);
});
