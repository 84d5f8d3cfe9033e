import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isStorable } from '../../src/domain/text';
import {
  charactersOf,
  fitTags,
  fitText,
  fitWebAddress,
  follows,
  isAtMost,
  isWebAddress,
  NAME,
  SUBJECT,
  TAG,
  type ValueChange,
} from '../../src/domain/value-rules';

const fitting = <T>(make: (onChange: (change: ValueChange) => void) => T) => {
  const changes: string[] = [];
  return [make(({ kind, detail }) => changes.push(`${kind}: ${detail}`)), changes] as const;
};
const subject = (text: string) => fitting((onChange) => fitText('the subject', SUBJECT, text, onChange));

describe('a text that is too long', () => {
  const y499 = 'y'.repeat(499);
  it.each([
    ['fits with an emoji as its last character', `${y499}😀`, `${y499}😀`],
    ['is cut before a character that two surrogates make', `${y499}y😀tail`, `${y499}y`],
    ['is cut after it', `${y499}😀tail`, `${y499}😀`],
    ['is cut before an emoji of several code points', `${y499}👩‍💻tail`, y499],
    ['is cut before a letter with its marks', `${y499}e\u0301\u0323tail`, y499],
    ['is cut before a flag', `${y499}🇩🇪tail`, y499],
    ['is cut before the white space of the cut', `${y499} tail`, y499],
    ['is cut within a letter with marks without end', `e${'\u0301'.repeat(900)}`, `e${'\u0301'.repeat(499)}`],
  ])('%s', (_name, text, expected) => {
    expect(subject(text)).toEqual([
      expected,
      text === expected ? [] : [expect.stringMatching(/^SHORTENED: the subject/)],
    ]);
  });

  it('is dropped if only invisible characters remain of it', () => {
    expect(subject(`${'\u200b'.repeat(500)}tail`)).toEqual([
      null,
      ['DROPPED: the subject has only invisible characters; it is dropped'],
    ]);
  });

  it('follows its rule afterwards, whatever it is, and is a beginning of what it was', () => {
    const texts = fc.string({ unit: 'binary', minLength: 0, maxLength: 300 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 250 }), (text, max) => {
        const [fitted, changes] = fitting((onChange) => fitText('it', { max }, text, onChange));
        if (fitted === null) return;
        expect([follows({ max }, fitted), isStorable(fitted)]).toEqual([true, true]);
        expect(text.replaceAll('\0', '').trim().startsWith(fitted)).toBe(true);
        if (changes.length === 0) expect(fitted).toBe(text.trim());
      }),
    );
  });

  it('is as long as its code points', () => {
    expect(charactersOf('a😀b')).toBe(3);
    expect([isAtMost(2, '😀😀'), isAtMost(1, '😀😀'), isAtMost(3, '😀😀')]).toEqual([true, false, true]);
  });
});

it('drops what a text cannot be stored with, or what shows nothing, and says so', () => {
  expect(subject('a\0b')).toEqual(['ab', [expect.stringMatching(/^DROPPED: the subject has characters/)]]);
  expect(subject('a\ud800b')).toEqual(['ab', [expect.stringMatching(/^DROPPED/)]]);
  expect(subject('\u200b')).toEqual([null, [expect.stringMatching(/^DROPPED: the subject has only invisible/)]]);
  expect(subject('   ')).toEqual([null, []]);
  expect(fitting((onChange) => fitText('a name', NAME, 'x'.repeat(300), onChange))[0]).toHaveLength(200);
});

it.each([
  ['https://tracker.example/INC1?a=b#c', true],
  ['HTTP://tracker.example', true],
  ['javascript:alert(1)', false],
  ['JavaScript:alert(1)//https://x.example', false],
  ['data:text/html,x', false],
  ['file:///etc/passwd', false],
  ['ftp://x.example/', false],
  ['//x.example/', false],
  ['tracker.example/INC1', false],
  ['https://', false],
  ['https://a b.example/', false],
  ['https:\\\\x.example', false],
  ['https://x.example:99999/', false],
  [`https://x.example/${'y'.repeat(2_048)}`, false],
])('takes as an address of the web: %s: %s', (text, isAddress) => {
  expect(isWebAddress(text)).toBe(isAddress);
  expect(fitting((onChange) => fitWebAddress('the URL', ` ${text} `, onChange))).toEqual(
    isAddress ? [text, []] : [null, [expect.stringMatching(/^DROPPED: the URL/)]],
  );
});

it('keeps of equal tags the first, trimmed, and at most fifty', () => {
  expect(fitting((onChange) => fitTags('a tag', [' VIP ', 'vip', 'ﬁx', 'FIX', 'a  b', 'a b', ' '], onChange))).toEqual([
    ['VIP', 'ﬁx', 'a  b'],
    [expect.stringMatching(/^DROPPED: a tag occurs more than once/)],
  ]);
  const many = Array.from({ length: 60 }, (_, index) => `t${index}`);
  const [tags, changes] = fitting((onChange) => fitTags('a tag', [...many, 'z'.repeat(101)], onChange));
  expect([tags.length, changes.length]).toEqual([50, 2]);
  expect(follows(TAG, 'z'.repeat(100))).toBe(true);
});
