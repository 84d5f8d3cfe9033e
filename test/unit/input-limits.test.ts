import { expect, test } from '@jest/globals';
import { getOperationAST, parse } from 'graphql';
import { INPUT_LIMITS, refuseLargeInput } from '../../src/adapters/graphql/input-limits';

const refusalOf = (query: string, variables: Record<string, unknown> = {}): string | null => {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('The document has no operation');
  try {
    refuseLargeInput(document, operation, variables);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { and: value };
  return value;
};
const QUERY = 'query ($v: V) { a(v: $v) }';
const { depth, entries, text, objects } = INPUT_LIMITS;

test.each<[string, unknown, unknown, RegExp]>([
  ['depth', nested(depth), nested(depth + 1), /too deeply.* 50 levels/],
  ['the length of a list', Array(entries).fill(1), Array(entries + 1).fill(1), /too many entries.*/],
  ['the length of a text', 'a'.repeat(text), 'a'.repeat(text + 1), /too long.* 131,072 characters/],
  ['objects', [Array(objects - 1).fill({})], Array(objects + 1).fill({}), /too many objects/],
  ['values', Array(9).fill(Array(999).fill(1)), Array(11).fill(Array(999).fill(1)), /too many values.* 10,000/],
])('a variable is refused by its %s', (_limit, accepted, tooMuch, sentence) => {
  expect(refusalOf(QUERY, { v: accepted })).toBeNull();
  expect(refusalOf(QUERY, { v: tooMuch })).toMatch(sentence);
  expect(refusalOf('{ a }', { unused: tooMuch })).toMatch(sentence);
});

test('a variable counts each time that it is used, in fragments too', () => {
  const v = Array(400).fill({});
  expect(refusalOf('query ($v: V) { a: a(v: $v) b: a(v: { or: $v }) }', { v })).toBeNull();
  expect(refusalOf('query ($v: V) { a: a(v: $v) b: a(v: $v) c: a(v: $v) }', { v })).toMatch(/too many objects/);
  const fragments = 'fragment F on Q { a(v: $v) } fragment G on Q { b { ...F } c { ...F } }';
  expect(refusalOf(`query ($v: V) { d { ...G } } ${fragments}`, { v })).toBeNull();
  expect(refusalOf(`query ($v: V) { d { ...G } e { ...F } } ${fragments}`, { v })).toMatch(/too many objects/);
  const defaults = `[${'{} '.repeat(400)}]`;
  expect(refusalOf(`query ($v: V = ${defaults}) { a: a(v: $v) b: a(v: $v) c: a(v: $v) }`)).toMatch(/too many objects/);
});

test('the texts of a variable count each time that it is used, by their bytes', () => {
  const v = Array(10).fill('ﷺ'.repeat(16_000));
  expect(refusalOf('query ($v: V) { a: a(v: $v) b: a(v: $v) }', { v })).toBeNull();
  expect(refusalOf('query ($v: V) { a: a(v: $v) b: a(v: $v) c: a(v: $v) }', { v })).toMatch(
    /too many bytes of text.* 1,000,000/,
  );
  const text = 'x'.repeat(100_000);
  expect(refusalOf(`{ ${Array.from({ length: 11 }, (_, n) => `a${n}: a(v: "${text}")`).join(' ')} }`)).toMatch(/bytes/);
});

test('an operation that is sent again is checked with its new variables', () => {
  const document = parse('query ($v: V) { a(v: $v) b: a(v: $v) }');
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('The document has no operation');
  const check = (v: unknown) => refuseLargeInput(document, operation, { v });
  expect(check('a')).toBe(2);
  expect(() => check(Array(600).fill({}))).toThrow(/too many objects/);
  expect(check('ab')).toBe(3);
});

test('literals are bounded as variables are, and a fragment that contains itself ends', () => {
  expect(refusalOf(`{ a(v: ${'{not: '.repeat(depth)}1${'}'.repeat(depth)}) }`)).toBeNull();
  expect(refusalOf(`{ a(v: ${'{not: '.repeat(depth + 1)}1${'}'.repeat(depth + 1)}) }`)).toMatch(/too deeply/);
  expect(refusalOf(`{ a(v: [${'1 '.repeat(entries + 1)}]) }`)).toMatch(/too many entries/);
  expect(refusalOf('{ ...F } fragment F on Q { a ...F }')).toBeNull();
});

test('a body full of small values is refused before it is walked', () => {
  const hostile = { and: Array(100).fill({ and: Array(100).fill({ and: Array(25).fill({}) }) }) };
  const before = process.cpuUsage();
  expect(refusalOf(QUERY, { v: hostile })).toMatch(/too many values/);
  expect(refusalOf(QUERY, { v: { and: Array(300_000).fill({}) } })).toMatch(/too many entries/);
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2_000);
});
