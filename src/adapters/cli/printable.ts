/**
 * Control characters, line and paragraph separators, and invisible format characters such as those
 * that reverse the direction of text. A terminal obeys them, or shows other text than it has.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
/** The same, except the line breaks of the output itself: `\n` and `\r\n`. */
const UNPRINTABLE_IN_LINES = /(?:(?!\n|\r\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}])+/gu;

/** Foreign text on one line: each run of unprintable characters is replaced by a space. */
export const singleLine = (text: string): string => text.replace(UNPRINTABLE, ' ');

/** Foreign text of several lines. */
export const printable = (text: string): string => text.replace(UNPRINTABLE_IN_LINES, ' ');

/**
 * JSON in which unprintable characters are escaped. They occur only inside the strings of JSON, so
 * the values stay the same.
 */
export const printableJson = (json: string): string =>
  json.replace(UNPRINTABLE_IN_LINES, (found) =>
    Array.from({ length: found.length }, (_, n) => escaped(found, n)).join(''),
  );

const escaped = (text: string, index: number): string => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
