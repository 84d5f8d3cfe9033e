import { eastAsianWidth } from 'get-east-asian-width';
import { singleLine } from '../printable';

/** The columns that the output of a command may take, and so those of the narrowest terminals. */
export const SCREEN_COLUMNS = 80;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Sequences that a terminal shows as one picture, two columns wide. */
const EMOJI =
  /\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u20E3/u;
const WITHOUT_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11FF]+$/u;

/** The columns that one character takes, as a reader counts characters: with its marks. */
function widthOfGrapheme(grapheme: string): number {
  if (WITHOUT_WIDTH.test(grapheme)) return 0;
  if (EMOJI.test(grapheme)) return 2;
  // A second base, as in the syllables of some scripts, takes columns of its own on a terminal.
  return [...grapheme]
    .filter((part) => !WITHOUT_WIDTH.test(part))
    .reduce((sum, part) => sum + eastAsianWidth(part.codePointAt(0) ?? 0), 0);
}

const charactersOf = (text: string): readonly string[] => Array.from(graphemes.segment(text), ({ segment }) => segment);

/** The columns that a text without line breaks takes on a terminal. */
export const columnsTaken = (text: string): number =>
  charactersOf(text).reduce((sum, character) => sum + widthOfGrapheme(character), 0);

/** The beginning of a text that takes at most so many columns, and the rest. */
function splitAt(text: string, columns: number): readonly [start: string, rest: string] {
  let used = 0;
  let length = 0;
  for (const character of charactersOf(text)) {
    used += widthOfGrapheme(character);
    if (used > columns) break;
    length += character.length;
  }
  return [text.slice(0, length), text.slice(length)];
}

/** Foreign text on one line of at most so many columns; `…` stands for what is left out. */
export function cutTo(columns: number, text: string): string {
  const line = singleLine(text).trim();
  if (columnsTaken(line) <= columns) return line;
  return `${splitAt(line, columns - 1)[0].trimEnd()}…`;
}

/** A text with spaces after it, to take so many columns. */
export const padTo = (columns: number, text: string): string =>
  `${text}${' '.repeat(Math.max(0, columns - columnsTaken(text)))}`;

/** The part of a text from one place to another. */
export type TextRange = readonly [from: number, to: number];

/**
 * Where a text without line breaks is divided into lines of at most so many columns. It is divided
 * at spaces, which are left out there; a word that is longer than a line is divided itself.
 *
 * @param hanging the columns that all lines but the first have less, for an indentation
 */
export function linesIn(text: string, columns: number, hanging = 0): readonly TextRange[] {
  const ranges: TextRange[] = [];
  let from = 0;
  for (;;) {
    const room = columns - (ranges.length === 0 ? 0 : hanging);
    const [fitting, rest] = splitAt(text.slice(from), room);
    if (rest === '') return [...ranges, [from, text.length]];
    const indentation = /^ */.exec(fitting)?.[0].length ?? 0;
    const space = rest.startsWith(' ') ? fitting.length : fitting.lastIndexOf(' ');
    // A character that is wider than the line still takes one, so that the loop ends.
    const length = space > indentation ? space : fitting.length || (charactersOf(rest)[0] ?? '').length;
    ranges.push([from, from + text.slice(from, from + length).trimEnd().length]);
    from += length;
    from += /^ */.exec(text.slice(from))?.[0].length ?? 0;
    if (from >= text.length) return ranges;
  }
}
