// Languages that are written without spaces and in which a word often has two characters.
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

const SPACE = 0x20;
const LINE_END = 0x0a;

/**
 * The entries of the search index for a folded text: a number for each sequence of three characters
 * within a word, and for each two characters if one of them is of a dense script. Different
 * sequences may have the same number, so the index only narrows a search.
 *
 * A text has each entry of each word that it contains. A word of one or two characters has none,
 * unless it is of a dense script.
 */
export function gramsOf(text: string): readonly number[] {
  const grams = new Set<number>();
  const hasDense = DENSE.test(text);
  let last = 0;
  let isLastDense = false;
  /** The last two characters; null if the word has only one so far. */
  let pair: number | null = null;
  for (let at = 0; at < text.length; ) {
    const point = text.codePointAt(at) ?? 0;
    at += point > 0xffff ? 2 : 1;
    if (point === SPACE || point === LINE_END) {
      last = 0;
      pair = null;
      continue;
    }
    const isDense = hasDense && DENSE.test(String.fromCodePoint(point));
    if (pair !== null) grams.add(mixed(pair, point));
    pair = last === 0 ? null : mixed(last, point);
    if (pair !== null && (isDense || isLastDense)) grams.add(pair);
    last = point;
    isLastDense = isDense;
  }
  return [...grams];
}

// Looked up once: Jest finds a global name through its sandbox at each use, which takes a hundred
// times as long as the calculation.
const { imul } = Math;

/** A 32-bit number of two. */
const mixed = (one: number, other: number): number =>
  (imul(one ^ (one >>> 15), 0x2c1b3c6d) + imul(other, 0x9e3779b1)) | 0;
