import type { LineOutput } from './line-output';
import { printableJson } from './printable';

/** Writes one JSON document, in which what a terminal obeys is escaped. */
export const writeJson = (output: LineOutput, value: unknown): void => {
  output.write(printableJson(`${JSON.stringify(value, null, 2)}\n`));
};
