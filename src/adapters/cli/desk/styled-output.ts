import type { LineOutput } from '../line-output';
import { singleLine } from '../printable';
import { linesIn, SCREEN_COLUMNS, type TextRange } from './terminal-text';

const CODES = { BOLD: [1, 22], DIM: [2, 22], RED: [31, 39], YELLOW: [33, 39], GREEN: [32, 39] } as const;
export type Style = keyof typeof CODES;

/** A part of a line. Its text can be foreign: it is printed without what a terminal obeys. */
export type Span = string | { readonly text: string; readonly style: Style };
/** A line of output. */
export type ScreenLine = readonly Span[];

export const styled = (style: Style, text: string): Span => ({ text, style });

const textOf = (span: Span): string => (typeof span === 'string' ? span : span.text);

/** The text of a line without its styles. */
export const plainText = (line: ScreenLine): string => line.map((span) => singleLine(textOf(span))).join('');

const colouredText = (line: ScreenLine): string =>
  line
    .map((span) => {
      if (typeof span === 'string') return singleLine(span);
      const [on, off] = CODES[span.style];
      return `\u001b[${on}m${singleLine(span.text)}\u001b[${off}m`;
    })
    .join('');

/** What is known of a stream that text goes to; a stream of a terminal has `hasColors`. */
export interface MaybeTerminal {
  readonly isTTY?: boolean;
  hasColors?(): boolean;
}

/**
 * Whether lines are printed in colours: on a terminal that has some. `NO_COLOR` with any value
 * turns them off; `FORCE_COLOR` turns them on, also in a pipe, or with `0` off.
 */
export function hasColours(
  { isTTY, hasColors }: MaybeTerminal,
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return isTTY === true && TERM !== 'dumb' && hasColors !== undefined;
}

/** The spans of a line that lie in a range of its text, each with its style. */
function partOf(line: ScreenLine, [from, to]: TextRange): ScreenLine {
  let start = 0;
  return line.flatMap((span) => {
    const text = textOf(span).slice(Math.max(0, from - start), Math.max(0, to - start));
    start += textOf(span).length;
    if (text === '') return [];
    return [typeof span === 'string' ? text : { ...span, text }];
  });
}

/** Foreign texts can have several lines. */
const onOneLine = (line: ScreenLine): ScreenLine =>
  line.map((span) => (typeof span === 'string' ? singleLine(span) : { ...span, text: singleLine(span.text) }));

/** A line as one or more that fit the screen; the further ones are indented by `hanging`. */
export function fitted(line: ScreenLine, hanging = 0): readonly ScreenLine[] {
  const clean = onOneLine(line);
  const ranges = linesIn(clean.map(textOf).join(''), SCREEN_COLUMNS, hanging);
  return ranges.map((range, index) => [...(index === 0 ? [] : [' '.repeat(hanging)]), ...partOf(clean, range)]);
}

/** A foreign text of several lines that fits the screen, indented. */
export const fittedText = (text: string, indentation: number): readonly ScreenLine[] =>
  text
    .trim()
    .split(/\r?\n/)
    .flatMap((paragraph) => fitted([' '.repeat(indentation), paragraph.trimEnd()], indentation));

/** Writes lines to an output, with or without their colours. */
export const writeStyled = (output: LineOutput, lines: readonly ScreenLine[], inColour: boolean): void => {
  output.write(lines.map((line) => `${(inColour ? colouredText(line) : plainText(line)).trimEnd()}\n`).join(''));
};
