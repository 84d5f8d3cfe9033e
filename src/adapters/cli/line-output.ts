/** The output of a command; `process.stdout` is one. */
export interface LineOutput {
  write(text: string): unknown;
}

export const writeLines = (output: LineOutput, lines: readonly string[]): void => {
  output.write(`${lines.join('\n')}\n`);
};
