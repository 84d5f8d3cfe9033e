import { expect, test } from '@jest/globals';
import { compare, every, Parameters, some } from '../../src/adapters/persistence/lists/conditions';

test('values are numbered in the order of the text, and a value that is not in the text is not sent', () => {
  const to = new Parameters();
  const left = compare('t.a', 'text', { eq: 'left out' }, to);
  const [b, c] = [compare('t.b', 'integer', { eq: 2 }, to), compare('t.c', 'text', { in: ['x'] }, to)];
  const limit = to.add(5, 'integer');
  expect(left).toContain('t.a');
  expect(to.statement(`${every([c, b])} LIMIT ${limit} OR ${some([c])}`)).toEqual({
    text: '(t.c = ANY ($1::text[]) AND t.b = $2::bigint) LIMIT $3::integer OR (t.c = ANY ($1::text[]))',
    values: [['x'], 2, 5],
  });
});
