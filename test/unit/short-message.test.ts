import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildSchema, execute, type GraphQLError, parse, validate } from 'graphql';
import { shortMessage } from '../../src/adapters/graphql/short-message';

const SCHEMA = buildSchema(`
  type Query { a(number: Int, input: In, list: [Int]): Int }
  input In { text: String, inner: In, numbers: [Int], kind: Kind }
  enum Kind { ONE TWO }
`);

const run = (query: string, variableValues: Record<string, unknown> = {}): readonly GraphQLError[] => {
  const document = parse(query);
  const errors = validate(SCHEMA, document);
  const result = errors.length > 0 ? { errors } : execute({ schema: SCHEMA, document, variableValues });
  if (!('errors' in result) || result.errors === undefined) throw new Error('The operation was accepted');
  return result.errors;
};

/** The length of the longest part of the value that the message has, in steps of ten. */
function echoed(message: string, value: string): number {
  for (let length = 200; length > 0; length -= 10) {
    for (let from = 0; from + length <= Math.min(value.length, 2_000); from += 1) {
      if (message.includes(value.slice(from, from + length))) return length;
    }
  }
  return 0;
}

const LONG = 'all work and no play makes Jack a dull boy '.repeat(20_000);
test.each<[string, string, unknown]>([
  ['a long text', 'query ($v: Int) { a(number: $v) }', LONG],
  ['a long word', 'query ($v: Int) { a(number: $v) }', LONG.replaceAll(' ', '')],
  ['a text full of quotes', 'query ($v: Int) { a(number: $v) }', '" \\" '.repeat(50_000)],
  ['a long list', 'query ($v: [Int]) { a(list: $v) }', Array(40).fill(LONG.slice(0, 900))],
  ['a long name', 'query ($v: In) { a(input: $v) }', { [LONG]: 1 }],
  ['a wide object', 'query ($v: In) { a(input: $v) }', { numbers: { a: LONG, b: [LONG, LONG] } }],
  ['a value of an enum', 'query ($v: In) { a(input: $v) }', { kind: LONG }],
])('%s in the variables is not repeated', (_what, query, v) => {
  for (const { message } of run(query, { v })) {
    const short = shortMessage(message);
    expect(short.length).toBeLessThanOrEqual(400);
    expect(echoed(short, JSON.stringify(v))).toBeLessThan(200);
    expect(short).toContain('Variable "$v" got invalid value');
  }
});

test.each([`{ a(number: "${LONG.trim()}") }`, `{ a(number: ${'9'.repeat(9_999)}) }`, `{ ${'x'.repeat(9_999)} }`])(
  'a document with a long value or name is not repeated: %.20s',
  (query) => {
    for (const { message } of run(query)) expect(shortMessage(message).length).toBeLessThanOrEqual(400);
  },
);

test('a short message is not changed, and a shortened one is well-formed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
      const short = shortMessage(text);
      expect(short.length).toBeLessThanOrEqual(400);
      if (text.length <= 200) expect(short).toBe(text);
      else expect(short).not.toMatch(/\p{Surrogate}/u);
    }),
  );
});
