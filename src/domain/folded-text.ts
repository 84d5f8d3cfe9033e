const ASCII = /^[\0-\x7f]*$/;
// Unicode lists them as characters that text is shown and compared without: soft hyphens, joiners,
// variation selectors.
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
/** JavaScript's white space, and the next-line character, which it leaves out. */
const WHITE_SPACE = /[\s\u0085]+/g;

/**
 * The form in which texts are compared: two texts are the same if their folded forms are equal, and
 * a text contains another if its folded form contains the folded form of the other.
 *
 * This is Unicode's NFKC_Casefold (compatibility composition, full case folding, without ignorable
 * characters), with runs of white space as one space and none around. So `STRASSE` equals `straße`,
 * and `ΟΔΟΣ` equals `οδος`. The dotted `İ` equals `i` with a combining dot, and the dotless `ı`
 * equals only itself, as without a language. The result does not depend on the locale of the
 * process, and folding a folded text changes nothing.
 */
export function folded(text: string): string {
  const inCase = ASCII.test(text) ? text.toLowerCase() : foldCase(text);
  return inCase.replace(WHITE_SPACE, ' ').trim();
}

export const foldedOrNull = (text: string | null): string | null => (text === null ? null : folded(text));

/** The marks on one character that count: more than any language writes, as in UAX #15, D4. */
const MOST_MARKS = 30;
const MARK = /^\p{M}$/u;
const FIRST_MARK = 0x300;
/** Whether each UTF-16 unit is a mark. A pattern takes ten times as long. Filled at first use. */
let marks: Uint8Array | null = null;

/**
 * Leaves out the further marks on one character, because sorting them takes a time that grows with
 * the square of their number.
 */
function withoutFurtherMarks(text: string): string {
  marks ??= Uint8Array.from({ length: 0x10000 }, (_, unit) => (MARK.test(String.fromCharCode(unit)) ? 1 : 0));
  let kept = '';
  let [from, run, length] = [0, 0, 1];
  for (let at = 0; at < text.length; at += length) {
    const unit = text.charCodeAt(at);
    length = 1;
    if (unit < FIRST_MARK) {
      run = 0;
      continue;
    }
    let isMark = marks[unit] === 1;
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const character = String.fromCodePoint(text.codePointAt(at) ?? unit);
      isMark = MARK.test(character);
      length = character.length;
    }
    run = isMark ? run + 1 : 0;
    if (run <= MOST_MARKS) continue;
    kept += text.slice(from, at);
    from = at + length;
  }
  return from === 0 ? text : kept + text.slice(from);
}

const composed = (text: string): string => withoutFurtherMarks(text).normalize('NFKC');

function foldCase(text: string): string {
  const plain = composed(text).replace(IGNORABLE, '');
  // The capital dotless I is the capital of `i` too, so only `ı` must not be changed to capitals.
  const parts = plain.includes('ı') ? plain.split('ı').map(fullFolding).join('ı') : fullFolding(plain);
  return composed(parts);
}

// JavaScript has no case folding. Small letters first, because the small form of `ẞ` is `ß` and
// the capital form of that is `SS`. A small final sigma depends on its neighbours.
const fullFolding = (text: string): string => text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
