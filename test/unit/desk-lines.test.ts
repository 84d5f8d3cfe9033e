import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deskClock, remainingText, shortDuration } from '../../src/adapters/cli/desk/desk-clock';
import { parseImpact } from '../../src/adapters/cli/desk/desk-values';
import { graphqlUrl } from '../../src/adapters/cli/desk/service-address';
import {
  fitted,
  fittedText,
  hasColours,
  plainText,
  type ScreenLine,
  styled,
  writeStyled,
} from '../../src/adapters/cli/desk/styled-output';
import { columnsTaken, cutTo, linesIn } from '../../src/adapters/cli/desk/terminal-text';
import { ticketArguments } from '../../src/adapters/cli/desk/ticket-name';
import { toGlobalId } from '../../src/adapters/graphql/base/global-id';

/** Texts of long words, wide characters, pictures, marks, line breaks and control characters. */
const foreignText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        '字'.repeat(60),
        'x'.repeat(200),
        '👩‍👩‍👧‍👦',
        '🇩🇪',
        'é',
        '\u001b[31m',
        '\n',
        '   ',
        '\u202e',
        'ｶﾞ',
        '한국어',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(' '));

const inColour = (lines: readonly ScreenLine[]): string => {
  let text = '';
  writeStyled({ write: (written) => (text += written) }, lines, true);
  return text;
};

describe('a line of any text', () => {
  it('fits 80 columns, and loses nothing but white space and what a terminal obeys', () => {
    fc.assert(
      fc.property(foreignText, fc.integer({ min: 0, max: 20 }), (text, hanging) => {
        const lines = fitted([styled('BOLD', text), ' ', text], hanging).map(plainText);
        for (const line of lines) expect(columnsTaken(line)).toBeLessThanOrEqual(80);
        const bare = (all: string) => all.replace(/[\p{Cc}\p{Cf}\s]+/gu, '');
        expect(bare(lines.join(''))).toBe(bare(`${text}${text}`));
      }),
    );
  });

  it('keeps the line breaks of a text of several lines', () => {
    expect(fittedText('one\ntwo\r\n\nthree', 2).map(plainText)).toEqual(['  one', '  two', '  ', '  three']);
  });

  it('is cut to its columns with a sign', () => {
    fc.assert(
      fc.property(foreignText, fc.integer({ min: 2, max: 80 }), (text, columns) => {
        expect(columnsTaken(cutTo(columns, text))).toBeLessThanOrEqual(columns);
      }),
    );
    expect(cutTo(5, 'abcdef')).toBe('abcd…');
    expect(cutTo(5, '字字字')).toBe('字字…');
  });

  it('is printed in colours with no other control character than those of the colours', () => {
    fc.assert(
      fc.property(foreignText, (text) => {
        const printed = inColour(fitted([styled('RED', text), text]));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
        expect(printed.replace(/\u001b\[(31|39)m/g, '').replaceAll('\n', '')).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u,
        );
      }),
    );
  });

  it('is divided at spaces, and a long word itself', () => {
    const divided = (text: string, columns: number, hanging = 0) =>
      linesIn(text, columns, hanging).map(([from, to]) => text.slice(from, to));
    expect(divided('one two three', 7)).toEqual(['one two', 'three']);
    expect(divided('one two three', 7, 3)).toEqual(['one two', 'thre', 'e']);
    expect(divided('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij', 'kl']);
    expect(divided('字字字', 1)).toEqual(['字', '字', '字']);
    expect(divided('', 4)).toEqual(['']);
  });
});

it.each([
  ['a', 1],
  ['字', 2],
  ['ｶ', 1],
  ['é', 1],
  ['🫠', 2],
  ['👩‍👩‍👧‍👦', 2],
  ['🇩🇪', 2],
  ['❤️', 2],
  ['\u200b', 0],
  ['한', 2],
])('%s takes %i columns', (text, columns) => {
  expect(columnsTaken(text)).toBe(columns);
});

it.each([
  [{ isTTY: true, hasColors: () => true }, {}, true],
  [{}, {}, false],
  [{ isTTY: true, hasColors: () => true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true, hasColors: () => true }, { NO_COLOR: '' }, true],
  [{ isTTY: true, hasColors: () => true }, { TERM: 'dumb' }, false],
  [{}, { FORCE_COLOR: '1' }, true],
  [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  [{ isTTY: true, hasColors: () => true }, { FORCE_COLOR: '0' }, false],
])('%j with %j prints colours: %s', (stream, env, expected) => {
  expect(hasColours(stream, env)).toBe(expected);
});

describe('times', () => {
  it('are minutes in the zone, with the offset in an hour that comes twice', () => {
    const berlin = deskClock('Europe/Berlin', () => 0);
    expect(berlin.time('2026-11-28T14:59:59.999Z')).toBe('Sat 2026-11-28 15:59');
    expect(berlin.time('2026-10-25T00:30:00.000Z')).toBe('Sun 2026-10-25 02:30 +02:00');
    expect(berlin.time('2026-10-25T01:30:00.000Z')).toBe('Sun 2026-10-25 02:30 +01:00');
    expect(berlin.time('2026-10-25T02:30:00.000Z')).toBe('Sun 2026-10-25 03:30');
    expect(berlin.time('2026-03-29T01:30:00.000Z')).toBe('Sun 2026-03-29 03:30');
  });

  it('need a zone that exists', () => {
    expect(() => deskClock('Europe/Nowhere', () => 0)).toThrow('The zone');
  });

  it.each([
    ['PT2H5M', '2 h 05 min', '2 h 05 min left'],
    ['PT45M59.999S', '45 min', '45 min left'],
    ['PT59S', 'under a minute', 'under a minute left'],
    ['PT0S', 'under a minute', 'under a minute left'],
    ['-PT26H', '26 h 00 min', '26 h 00 min over'],
  ])('%s is %s, %s', (duration, short, remaining) => {
    expect(shortDuration(duration)).toBe(short);
    expect(remainingText(duration)).toBe(remaining);
  });
});

describe('the time that something happened', () => {
  const now = Date.parse('2026-11-28T01:40:00Z');
  it.each([
    ['02:00', '2026-11-28T01:00:00.000Z'],
    ['2:00', '2026-11-28T01:00:00.000Z'],
    // That of today has not come.
    ['02:41', '2026-11-27T01:41:00.000Z'],
    ['23:59', '2026-11-27T22:59:00.000Z'],
    ['2026-07-01 02:00', '2026-07-01T00:00:00.000Z'],
    ['2026-07-01T02:00', '2026-07-01T00:00:00.000Z'],
    ['2026-11-28T02:00:00-05:00', '2026-11-28T07:00:00.000Z'],
  ])('%s in Berlin is %s', (written, instant) => {
    expect(deskClock('Europe/Berlin', () => now).instant(written)).toBe(instant);
  });

  it.each([
    ['yesterday', '--at takes a time'],
    ['24:00', '--at takes a time'],
    ['2026-02-30 10:00', '--at takes a time'],
    ['2026-10-25 02:30', 'comes twice: give 2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z'],
    ['2026-03-29 02:30', 'does not exist'],
  ])('%s in Berlin is refused: %s', (written, message) => {
    expect(() => deskClock('Europe/Berlin', () => now).instant(written)).toThrow(message);
  });
});

describe('what a person writes', () => {
  const id = toGlobalId('Ticket', '01a222bf-f155-7762-9315-59c8d4f6573b');
  it.each([
    ['202', { number: 202 }],
    ['#202', { number: 202 }],
    ['0202', { externalId: '0202' }],
    ['99999999999', { externalId: '99999999999' }],
    [id, { id }],
    ['INC-7', { externalId: 'INC-7' }],
  ])('%s names a ticket', (written, expected) => {
    expect(ticketArguments(written)).toEqual(expected);
  });

  it.each([
    ['ALL_END_USERS/ORDERING_BLOCKED', { audience: 'ALL_END_USERS', consequence: 'ORDERING_BLOCKED' }],
    ['all-end-users/ordering-blocked', { audience: 'ALL_END_USERS', consequence: 'ORDERING_BLOCKED' }],
    ['A/B: only in: the shop', { audience: 'A', consequence: 'B', note: 'only in: the shop' }],
  ])('%s is an impact', (written, expected) => {
    expect(parseImpact(written)).toEqual(expected);
  });

  it('is refused where it is no impact', () => {
    expect(() => parseImpact('ALL_END_USERS')).toThrow('AUDIENCE/CONSEQUENCE');
  });

  it.each([
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000/graphql'],
    ['https://desk.example.com/api', 'https://desk.example.com/api'],
    ['ftp://127.0.0.1', null],
    ['127.0.0.1:4000', null],
    ['https://ada:secret@desk.example.com', null],
  ])('%s is the URL of a service: %s', (written, url) => {
    expect(graphqlUrl(written)).toBe(url);
  });
});
