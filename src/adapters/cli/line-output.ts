import { printable, singleLine } from './printable';

/** The output of a command; `process.stdout` is one. */
export interface LineOutput {
  write(text: string): unknown;
}

/** Writes lines, each without characters that a terminal obeys. */
export const writeLines = (output: LineOutput, lines: readonly string[]): void => {
  output.write(`${lines.map(singleLine).join('\n')}\n`);
};

/** An output that prints nothing unprintable, whatever a command writes. */
export const printableOutput = (output: LineOutput): LineOutput => ({
  write: (text) => output.write(printable(text)),
});
