import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { runCalendar } from '../../src/adapters/cli/calendar/calendar-command';

const WEEK = { mon: [['08:00', '17:00']], tue: [['08:00', '17:00']], wed: [['08:00', '17:00']] };
const CALENDAR = { timeZone: 'America/New_York', week: WEEK };
const ADD = { id: 1, calendar: CALENDAR, op: 'addMinutes', start: '2026-05-04T15:00:00-04:00', amount: 90 };

const textOf = async (...chunks: readonly (string | Buffer)[]): Promise<string> => {
  const output = new PassThrough();
  let text = '';
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await runCalendar(Readable.from(chunks, { objectMode: true }), output);
  return text;
};

const answersTo = async (...requests: readonly unknown[]): Promise<readonly unknown[]> => {
  const text = await textOf(Buffer.from(requests.map((request) => JSON.stringify(request)).join('\n')));
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
};

describe('stepdown calendar: results', () => {
  it.each<[string, object, unknown]>([
    ['minutes', ADD, '2026-05-04T20:30:00.000Z'],
    ['a fraction of a minute', { ...ADD, amount: 1.1 }, '2026-05-04T19:01:06.000Z'],
    ['zero minutes, outside hours', { ...ADD, start: '2026-05-03T15:00:00Z', amount: 0 }, '2026-05-03T15:00:00.000Z'],
    ['business days', { ...ADD, op: 'addBusinessDays', amount: 2 }, '2026-05-06T19:00:00.000Z'],
    ['at the same time', { ...ADD, op: 'addBusinessDays', amount: 2, mode: 'sameTime' }, '2026-05-06T19:00:00.000Z'],
    [
      'at close of business',
      { ...ADD, op: 'addBusinessDays', amount: 2, mode: 'closeOfBusiness' },
      '2026-05-06T21:00:00.000Z',
    ],
    [
      'minutes between',
      { ...ADD, op: 'businessMinutesBetween', amount: undefined, end: '2026-05-05T08:30:00-04:00' },
      150,
    ],
    [
      'minutes backwards',
      { ...ADD, op: 'businessMinutesBetween', amount: undefined, end: '2026-05-04T14:00:00-04:00' },
      -60,
    ],
    [
      'a fraction between',
      { ...ADD, op: 'businessMinutesBetween', amount: undefined, end: '2026-05-04T15:00:01.500-04:00' },
      0.025,
    ],
    [
      'only special dates',
      { ...ADD, calendar: { timeZone: 'UTC', special: { '2026-12-24': [['09:00', '12:00']] } } },
      '2026-12-24T10:30:00.000Z',
    ],
    [
      'special dates of every year',
      {
        ...ADD,
        calendar: { timeZone: 'UTC', special: { '12-24': [['09:00', '12:00']] } },
        start: '2026-12-24T11:00:00Z',
      },
      '2027-12-24T09:30:00.000Z',
    ],
    [
      'a holiday of a part of the day',
      {
        ...ADD,
        calendar: { ...CALENDAR, holidays: [{ date: '2026-05-04', from: '16:00', to: '24:00', name: null }] },
      },
      '2026-05-05T12:30:00.000Z',
    ],
    ['holidays', { ...ADD, calendar: { ...CALENDAR, holidays: ['2026-05-04'] } }, '2026-05-05T13:30:00.000Z'],
    [
      'known years',
      { ...ADD, calendar: { ...CALENDAR, knownYears: { from: 2026, to: 2026 } } },
      '2026-05-04T20:30:00.000Z',
    ],
    ['lower case', { ...ADD, start: '2026-05-04t19:00:00z' }, '2026-05-04T20:30:00.000Z'],
    ['digits beyond milliseconds', { ...ADD, start: '2026-05-04T19:00:00.1239999+00:00' }, '2026-05-04T20:30:00.123Z'],
    ['another offset', { ...ADD, start: '2026-05-05T00:45:00+05:45' }, '2026-05-04T20:30:00.000Z'],
    ['a leap second', { ...ADD, start: '2016-12-31T18:59:60-05:00', amount: 0 }, '2017-01-01T00:00:00.000Z'],
    ['the year 50', { ...ADD, start: '0050-02-28T00:00:00Z', amount: 0 }, '0050-02-28T00:00:00.000Z'],
  ])('%s', async (_, request, result) => {
    expect(await answersTo(request)).toEqual([{ id: 1, result }]);
  });
});

describe('stepdown calendar: errors', () => {
  const without = (key: keyof typeof ADD): object => ({ ...ADD, [key]: undefined });
  it.each<[string, unknown, string, string]>([
    ['no operation', without('op'), 'UNKNOWN_OPERATION', 'addMinutes, addBusinessDays, businessMinutesBetween'],
    ['an unknown operation', { ...ADD, op: 'addHours' }, 'UNKNOWN_OPERATION', '"addHours"'],
    ['an operation of another type', { ...ADD, op: ['addMinutes'] }, 'UNKNOWN_OPERATION', 'op'],
    ['no start', without('start'), 'INVALID_INSTANT', 'start'],
    ['no offset', { ...ADD, start: '2026-05-04T15:00:00' }, 'INVALID_INSTANT', 'offset'],
    ['no seconds', { ...ADD, start: '2026-05-04T15:00Z' }, 'INVALID_INSTANT', 'seconds'],
    ['a date that does not exist', { ...ADD, start: '2026-02-30T15:00:00Z' }, 'INVALID_INSTANT', 'start'],
    ['hour 24', { ...ADD, start: '2026-02-20T24:00:00Z' }, 'INVALID_INSTANT', 'start'],
    ['a leap second at noon', { ...ADD, start: '2016-12-31T12:00:60Z' }, 'INVALID_INSTANT', 'start'],
    ['an offset of a day', { ...ADD, start: '2026-05-04T15:00:00+24:00' }, 'INVALID_INSTANT', 'start'],
    ['an instant as a number', { ...ADD, start: 1_777_000_000 }, 'INVALID_INSTANT', 'start'],
    ['no amount', without('amount'), 'INVALID_AMOUNT', 'amount'],
    ['an amount as text', { ...ADD, amount: '90' }, 'INVALID_AMOUNT', 'amount'],
    ['a negative amount', { ...ADD, amount: -1 }, 'INVALID_AMOUNT', 'amount'],
    ['half a business day', { ...ADD, op: 'addBusinessDays', amount: 0.5 }, 'INVALID_AMOUNT', '0.5'],
    ['no end', { ...ADD, op: 'businessMinutesBetween', amount: undefined }, 'INVALID_INSTANT', 'end'],
    ['an end too many', { ...ADD, end: ADD.start }, 'INVALID_INPUT', '"end"'],
    ['a misspelt key', { ...ADD, amount: undefined, amuont: 1 }, 'INVALID_INPUT', '"amuont"'],
    ['a mode of another operation', { ...ADD, mode: 'sameTime' }, 'INVALID_INPUT', '"mode"'],
    ['an unknown mode', { ...ADD, op: 'addBusinessDays', mode: 'eod' }, 'INVALID_INPUT', 'closeOfBusiness'],
    ['no calendar', without('calendar'), 'INVALID_CALENDAR', 'timeZone'],
    [
      'a misspelt key of the calendar',
      { ...ADD, calendar: { ...CALENDAR, holiday: [] } },
      'INVALID_INPUT',
      '"holiday"',
    ],
    ['no zone', { ...ADD, calendar: { week: WEEK } }, 'INVALID_TIME_ZONE', 'calendar.timeZone'],
    ['an offset as zone', { ...ADD, calendar: { timeZone: '-05:00', week: WEEK } }, 'INVALID_TIME_ZONE', '-05:00'],
    [
      'half an interval',
      { ...ADD, calendar: { timeZone: 'UTC', week: { mon: [['09:00']] } } },
      'INVALID_CALENDAR',
      'calendar.week.mon[0]',
    ],
    [
      'an interval without its list',
      { ...ADD, calendar: { timeZone: 'UTC', week: { mon: ['09:00', '17:00'] } } },
      'INVALID_CALENDAR',
      'week.mon',
    ],
    [
      'a reversed interval',
      { ...ADD, calendar: { timeZone: 'UTC', week: { mon: [['17:00', '09:00']] } } },
      'INVALID_CALENDAR',
      'week.mon[0]',
    ],
    ['never open', { ...ADD, calendar: { timeZone: 'UTC' } }, 'NEVER_OPEN', 'never open'],
    [
      'unknown years',
      { ...ADD, calendar: { ...CALENDAR, knownYears: { from: 2020, to: 2025 } } },
      'BEYOND_KNOWN_YEARS',
      '2026',
    ],
    ['a far end', { ...ADD, amount: 1e300 }, 'OUT_OF_RANGE', '9999'],
  ])('%s', async (_, request, code, words) => {
    const [answer] = await answersTo(request);
    expect(answer).toEqual({ id: 1, error: { code, message: expect.stringContaining(words) } });
  });

  it.each<[string, string, string]>([
    ['no JSON', '{"id": 1,', 'INVALID_JSON'],
    ['a list', '[1]', 'INVALID_INPUT'],
    ['null', 'null', 'INVALID_INPUT'],
    ['an object as id', JSON.stringify({ ...ADD, id: {} }), 'INVALID_INPUT'],
    [
      'brackets without end',
      `{"calendar":${'['.repeat(99_999)}${']'.repeat(99_999)},"op":"addMinutes","start":"2026-05-04T15:00:00Z","amount":1}`,
      'INVALID_CALENDAR',
    ],
  ])('answers with id null: %s', async (_, line, code) => {
    expect(JSON.parse(await textOf(line))).toEqual({ id: null, error: { code, message: expect.any(String) } });
  });
});

describe('stepdown calendar: lines', () => {
  it('answers each line that is not blank, in order, and continues after a bad one', async () => {
    const lines = [JSON.stringify(ADD), '', 'nonsense', '   ', JSON.stringify({ ...ADD, id: 'last' })];
    const answers = (await textOf(lines.join('\n'))).trimEnd().split('\n');
    expect(answers.map((line) => JSON.parse(line).id)).toEqual([1, null, 'last']);
  });

  it('accepts CRLF, a byte order mark, and a last line with and without a newline', async () => {
    const expected = '{"id":1,"result":"2026-05-04T20:30:00.000Z"}\n'.repeat(2);
    const line = JSON.stringify(ADD);
    expect(await textOf(Buffer.from(`\uFEFF${line}\r\n${line}\r\n`))).toBe(expected);
    expect(await textOf(`\uFEFF${line}\n\r\n${line}`)).toBe(expected);
    expect(await textOf(Buffer.from(''))).toBe('');
  });

  it('accepts chunks that end within a line or a character, and no line end but a newline', async () => {
    const id = 'é\u2028日本😀';
    const bytes = Buffer.from(`${JSON.stringify({ ...ADD, id }).replace('\\u2028', '\u2028')}\n`);
    const text = await textOf(...[...bytes].map((byte) => Buffer.from([byte])));
    expect(JSON.parse(text)).toEqual({ id, result: '2026-05-04T20:30:00.000Z' });
  });

  it('refuses a line that is too long without keeping it in memory', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const text = await textOf(...Array.from({ length: 12 }, () => chunk), `\n${JSON.stringify(ADD)}\n`);
    const answers = text.trimEnd().split('\n');
    expect(answers.map((line) => JSON.parse(line).error?.code)).toEqual(['LINE_TOO_LONG', undefined]);
  });

  it('answers before the input ends', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const run = runCalendar(input, output);
    input.write(`${JSON.stringify(ADD)}\n`);
    const [chunk] = await Promise.all([new Promise((resolve) => output.once('data', resolve))]);
    expect(String(chunk)).toContain('"result"');
    input.end();
    await run;
  });

  it('waits for a slow reader', async () => {
    let most = 0;
    let lines = 0;
    const output = new Writable({
      highWaterMark: 1024,
      write(chunk: Buffer, _encoding, done) {
        most = Math.max(most, this.writableLength);
        lines += chunk.toString().split('\n').length - 1;
        setTimeout(done, 1);
      },
    });
    const chunk = `${JSON.stringify(ADD)}\n`.repeat(20);
    await runCalendar(Readable.from(Array.from({ length: 100 }, () => chunk)), output);
    expect(lines).toBe(2000);
    expect(most).toBeLessThan(8 * 1024);
  });

  it('stops without an error when the reader has closed the pipe, and reports other failures', async () => {
    const failing = (code: string) =>
      new Writable({
        write(_chunk, _encoding, done) {
          done(Object.assign(new Error(code), { code }));
        },
      });
    const input = () => Readable.from(Array.from({ length: 50 }, () => `${JSON.stringify(ADD)}\n`));
    await expect(runCalendar(input(), failing('EPIPE'))).resolves.toBeUndefined();
    await expect(runCalendar(input(), failing('ENOSPC'))).rejects.toThrow('ENOSPC');
    const unreadable = new Readable({
      read() {
        this.destroy(new Error('unreadable'));
      },
    });
    await expect(runCalendar(unreadable, new PassThrough())).rejects.toThrow('unreadable');
  });

  it('gives the same answers with more calendars than it caches', async () => {
    const requests = Array.from({ length: 600 }, (_, i) => ({
      ...ADD,
      id: i,
      calendar: { ...CALENDAR, holidays: [`${2030 + (i % 300)}-01-01`] },
    }));
    const answers = await answersTo(...requests);
    expect(answers).toHaveLength(600);
    expect(new Set(answers.map((answer) => JSON.stringify({ ...(answer as object), id: 0 }))).size).toBe(1);
  });
});
