import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pino from 'pino';
import { newPrefix, newSecret } from '../../src/application/access/api-key-text';
import { hasCredential, withoutCredentials } from '../../src/application/access/without-credentials';
import { LINE_OPTIONS } from '../../src/compose/open-log';

const PREFIX = 'sdk_0123456789ab';
const SECRET = `${'Ab3_-'.repeat(8)}xyz`;
const KEY = `${PREFIX}_${SECRET}`;
const TOKEN = `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.${SECRET}`;

describe('a text without credentials', () => {
  it.each([
    [`Bearer ${KEY}.`, `Bearer ${PREFIX}_[redacted].`],
    [`"${KEY}"`, `"${PREFIX}_[redacted]"`],
    [`x${KEY}${KEY}`, `x${PREFIX}_[redacted]`],
    [KEY.toUpperCase(), `${PREFIX.toUpperCase()}_[redacted]`],
    [KEY.slice(0, -30), `${PREFIX}_[redacted]`],
    ['sdk_0123_abcdefgh', 'sdk_0123_[redacted]'],
    [`Bearer ${TOKEN}, or`, 'Bearer [redacted], or'],
    [TOKEN.slice(0, -SECRET.length - 3), '[redacted]'],
    [
      JSON.stringify(`a\n${TOKEN}\n\u0001${TOKEN}\n${KEY}`),
      `"a\\n[redacted]\\n\\u0001[redacted]\\n${PREFIX}_[redacted]"`,
    ],
    ['at postgres://ada:p@ss:word@db:5432/x?a=b@c', 'at postgres://ada:[redacted]@db:5432/x?a=b@c'],
    ['https://:secret@host https://user@host', 'https://:[redacted]@host https://user@host'],
  ])('%j', (text, expected) => {
    expect(withoutCredentials(text)).toBe(expected);
    expect(hasCredential(text)).toBe(true);
  });

  it.each([
    PREFIX,
    `The API key ${PREFIX} was revoked.`,
    'sdk_version_2',
    'VGlja2V0OjAxOTllyJ-eyJhbGciOiJFUzI1NiJ9',
    'http://localhost:4000/graphql, ada@example.com',
    'postgres://ada@db/x',
    `sdk_${'a'.repeat(150_000)}`,
    'eyJ'.repeat(50_000).slice(1),
    '//a:'.repeat(50_000),
  ])('%.60j stays', (text) => {
    expect(withoutCredentials(text)).toBe(text);
    expect(hasCredential(text)).toBe(false);
  });
});

/** The lines of the log for some fields and a message. */
function linesOf(fields: object, message: string): readonly string[] {
  const written: string[] = [];
  pino({ ...LINE_OPTIONS, base: null }, { write: (line: string) => written.push(line) }).error(fields, message);
  expect(written).toHaveLength(1);
  return written.join('').split('\n');
}

const credential = fc.tuple(fc.constantFrom('KEY', 'TOKEN', 'URL')).map(([kind]) => {
  const secret = newSecret();
  if (kind === 'KEY') return { secret, text: `${newPrefix()}_${secret}` };
  return { secret, text: kind === 'TOKEN' ? `eyJhbGciOiJFUzI1NiJ9.e30.${secret}` : `https://u:${secret}@host/` };
});
// Also unpaired surrogates, separators of lines and what JSON escapes.
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('\n', '\r', '\u2028', '\ud800', '\udc00', '\0', '"', '\\', '\u001b', '__proto__'))
    .map((parts) => parts.join('')),
);

describe('a line of the log', () => {
  it('is one JSON object with the fields that were given, whatever they are', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), anyText, (given, message) => {
        const fields = { given };
        const [line = '', ...rest] = linesOf(fields, message);
        expect(rest).toEqual(['']);
        const parsed = JSON.parse(line);
        if (!hasCredential(JSON.stringify([given, message]))) {
          // JSON has no unpaired surrogates of its own: they are escaped and come back.
          expect([parsed.given, parsed.msg]).toEqual([JSON.parse(JSON.stringify(given)), message]);
        }
      }),
    );
  });

  it('has no part of a secret that stands where the message of an error is shortened', () => {
    for (let at = 0; at < KEY.length; at += 1) {
      const message = `${'x'.repeat(2_667 - at)} ${KEY} ${'x'.repeat(5_000)} ${KEY} ${'x'.repeat(1_332 - at)}`;
      const [line = ''] = linesOf({ err: new Error(message) }, 'fault');
      expect(line).not.toMatch(/Ab3_-|xyz/);
    }
  });

  it('has no secret, wherever a credential stands in it, and stays JSON', () => {
    fc.assert(
      fc.property(credential, anyText, anyText, fc.boolean(), ({ secret, text }, before, after, isError) => {
        // A letter before a token makes it a part of another word.
        const quoting = `${before} ${text} ${after}`;
        const fields = isError ? { err: new Error(quoting) } : { [quoting]: quoting, list: [{ quoting }] };
        const [line = ''] = linesOf(fields, quoting);
        expect(typeof JSON.parse(line)).toBe('object');
        expect(line).not.toContain(secret);
      }),
    );
  });
});
