import { expect, it } from '@jest/globals';
import { lineRanges } from '../../src/application/import/line-ranges';
import type { RowReport } from '../../src/application/import/plan-ticket';
import { RowTally } from '../../src/application/import/row-tally';

const report = (rows: number): RowReport => ({ line: 2, ticket: 'A', reason: 'REFUSED', detail: 'x', rows });

it('counts rows left out and notes apart, and passes every report on', () => {
  const passed: RowReport[] = [];
  const tally = new RowTally((found) => passed.push(found));
  for (let row = 0; row < 5; row += 1) tally.read();
  tally.use(2);
  tally.report(report(3));
  tally.report(report(0));
  expect(tally.counts()).toMatchObject({
    read: 5,
    used: 2,
    leftOut: 3,
    leftOutBy: { REFUSED: 3 },
    notes: { REFUSED: 1 },
  });
  expect(passed).toHaveLength(2);
});

it.each([
  ['lost', 1, 0],
  ['counted twice', 2, 1],
])('does not add up if a row is %s', (_, used, leftOut) => {
  const tally = new RowTally(() => undefined);
  for (let row = 0; row < 2; row += 1) tally.read();
  tally.use(used);
  tally.report(report(leftOut));
  expect(() => tally.counts()).toThrow(/The rows do not add up: 2 were read/);
});

it.each([
  [[4], '4'],
  [[9, 2, 3, 4, 7], '2–4, 7, 9'],
  [Array.from({ length: 30 }, (_, index) => index * 2), /^0, 2, .*, 38 … \(30 lines\)$/],
])('lines as ranges', (lines, expected) => expect(lineRanges(lines)).toEqual(expect.stringMatching(expected)));
