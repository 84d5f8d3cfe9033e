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

function foldCase(text: string): string {
  const composed = text.normalize('NFKC').replace(IGNORABLE, '');
  // The capital dotless I is the capital of `i` too, so only `ı` must not be changed to capitals.
  const parts = composed.includes('ı') ? composed.split('ı').map(fullFolding).join('ı') : fullFolding(composed);
  return parts.normalize('NFKC');
}

// JavaScript has no case folding. Small letters first, because the small form of `ẞ` is `ß` and
// the capital form of that is `SS`. A small final sigma depends on its neighbours.
const fullFolding = (text: string): string => text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
