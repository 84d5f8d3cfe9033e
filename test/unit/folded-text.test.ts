import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { folded } from '../../src/domain/folded-text';

describe('texts are the same', () => {
  it.each([
    ['in capital and small letters', 'Checkout', 'cHECKOUT'],
    ['with the sharp s and its capitals', 'straße', 'STRASSE'],
    ['with the capital sharp s', 'STRAẞE', 'strasse'],
    ['composed and decomposed', 'Mu\u0308ller', 'MÜLLER'],
    ['with a final sigma', 'ΟΔΟΣ', 'οδος'],
    ['with a sigma that is final in one of them', 'ὈΔΥΣΣΕΎΣ', 'ὀδυσσεύσ'],
    ['in compatibility forms', 'ＡＣＭＥ ﬁx ½', 'acme fix 1⁄2'],
    ['with the dotted capital I as i with a dot', 'İstanbul', 'i\u0307STANBUL'],
    ['with other white space inside', ' a\t\u00a0\u2003 b\u0085c\r\n', 'A b C'],
    ['with ignorable characters', 'Zahl\u00adungs\u200bausfall', 'zahlungsausfall'],
    ['with subscript iota', 'ᾼδης', 'ΑΙΔΗΣ'],
    ['with the micro sign', '5 µs', '5 μs'],
  ])('%s', (_name, one, other) => {
    expect(folded(one)).toBe(folded(other));
  });
});

it.each([
  ['a letter and the letter with an accent', 'e', 'é'],
  ['the dotless i and the i', 'ı', 'i'],
  ['words apart and together', 'a b', 'ab'],
])('tells apart %s', (_name, one, other) => {
  expect(folded(one)).not.toBe(folded(other));
});

it('changes nothing in a folded text, for each character and for any text', () => {
  const changed: string[] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const once = folded(`x${String.fromCodePoint(point)}y`);
    if (folded(once) !== once) changed.push(point.toString(16));
  }
  expect(changed).toEqual([]);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(folded(folded(text))).toBe(folded(text));
      expect(folded(text.normalize('NFD'))).toBe(folded(text));
    }),
  );
});

it('counts at most 30 marks on a character', () => {
  const run = (mark: string, count: number) => folded(`a${mark.repeat(count)}b`);
  expect(run('\u0323', 30)).toHaveLength(31);
  expect(run('\u0323', 31)).toBe(run('\u0323', 30));
  expect(run('\u{1d165}', 500)).toBe(run('\u{1d165}', 30));
  // Marks that are more after they are decomposed, and marks with ignorable characters between.
  expect(run('\u0344', 500)).toBe(run('\u0344', 30));
  expect(folded(`a${`${'\u0323'.repeat(20)}\u034f`.repeat(100)}b`).length).toBeLessThan(33);
});

// A pattern without regard to case compares by Unicode's simple folding, which the full one covers.
it('agrees with the folding of regular expressions', () => {
  const differ: string[] = [];
  for (let point = 0x80; point <= 0x1ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const one = String.fromCodePoint(point);
    for (const other of new Set([one.toLowerCase(), one.toUpperCase()])) {
      if (other === one || [...other].length > 1) continue;
      const isSame = new RegExp(`^\\u{${point.toString(16)}}$`, 'iu').test(other);
      if (isSame && folded(one) !== folded(other)) differ.push(one);
    }
  }
  expect(differ).toEqual([]);
});
