import { expect, it } from '@jest/globals';
import pino from 'pino';
import { LINE_OPTIONS } from '../../src/compose/open-log';

/** A text of a customer. */
const TEXT = 'correct-horse-battery-staple';

/** The line that the log has for an error. */
function lineOf(err: unknown) {
  const lines: string[] = [];
  pino({ ...LINE_OPTIONS }, { write: (line: string) => lines.push(line) }).error({ err }, 'fault');
  return { text: lines.join(''), ...JSON.parse(lines.join('')) };
}

it('an error keeps what names its place, and not the row or the values that it quotes', () => {
  const refused = Object.assign(new Error('new row violates check constraint "refused"'), {
    code: '23514',
    severity: 'ERROR',
    table: 'tickets',
    constraint: 'refused',
    detail: `Failing row contains (${TEXT}).`,
    where: `unnamed portal with parameters: $1 = '${TEXT}'`,
    parameters: [TEXT],
    query: `INSERT ${TEXT}`,
    driverError: Object.assign(new Error('new row'), { detail: TEXT }),
  });
  const { text, err } = lineOf(new AggregateError([refused, TEXT], 'all failed', { cause: refused }));
  expect(text).not.toContain(TEXT);
  expect(err.message).toBe('all failed: new row violates check constraint "refused"');
  expect(err.stack).toContain(__filename);
  expect(err.aggregateErrors).toMatchObject([
    { type: 'Error', code: '23514', severity: 'ERROR', table: 'tickets', constraint: 'refused' },
    { type: 'string' },
  ]);
  expect(lineOf({ detail: TEXT }).text + lineOf(TEXT).text).not.toContain(TEXT);
});

it('a message with what a terminal obeys, or without end, stays a line', () => {
  const hostile = `a\r\n{"level":30}\u001b[2J\u0085\u009b\u2028\u202e\0${'x'.repeat(65_536)}`;
  const { text, err } = lineOf(Object.assign(new Error(hostile), { name: hostile, code: 'E1' }));
  expect(text.trimEnd()).not.toMatch(/(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(text.length).toBeLessThan(10_000);
  expect(err.message).toMatch(/^a\r\n\{"level":30\} \[2J x+…x+$/);
});
