import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gramsOf } from '../../src/adapters/persistence/search/grams';
import { folded } from '../../src/domain/folded-text';

it.each(['a', 'ab', 'é', '败', '-1'])('no entry narrows a word that is as short as %s', (word) => {
  expect(gramsOf(word)).toEqual([]);
});

it.each(['abc', 'order-17', '订单', 'カード', 'a订', '😀😀😀'])('entries narrow %s', (word) => {
  expect(gramsOf(word).length).toBeGreaterThan(0);
});

it('a text has each entry of each part of its words', () => {
  const unit = fc.constantFrom(...'abcdeABßéİıσς订单カ한 \t😀\u0301');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), fc.nat(60), fc.nat(8), (written, from, length) => {
      const text = folded(written);
      const part = Array.from(text)
        .slice(from, from + length)
        .join('');
      const grams = new Set(gramsOf(text));
      for (const word of part.split(' ')) {
        for (const gram of gramsOf(word)) expect(grams.has(gram)).toBe(true);
      }
    }),
  );
});
