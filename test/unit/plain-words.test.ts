import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(__dirname, '../..');
const WIDTH = 100;

/** Words and turns that a reader has to read twice, or that have a usual technical word. */
const MANNERED =
  /\b(whoever|whomever|told|of which|nobody|in vain|by and by|anew|reckon(?:s|ed|ing)?|for ever|unless told|amiss|thereof|wherein|patiently|outwait\w*|holds it against|is asked\.|in earnest|be it|lest|naught|ere|hither|thither|likewise|suffers?|whatsoever|as it were|sweep|somebody|meanwhile)\b/i;

const sources = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(ts|mjs|js|md|yaml|cfg|graphql)$|Dockerfile$/.test(file) && existsSync(join(ROOT, file)))
  // Quotes the words that it looks for; quotes a vendor; is written by a program.
  .filter((file) => !['test/unit/plain-words.test.ts', 'docs/PERFORMANCE.md', 'docs/EXAMPLE-REPORT.md'].includes(file))
  .filter((file) => !file.startsWith('test/fixtures/') && !file.includes('/generated/'));

const linesOf = (file: string): readonly string[] => readFileSync(join(ROOT, file), 'utf8').split('\n');

/**
 * The lines of prose that have a width to keep: comments of code; of Markdown all but tables, links
 * and code.
 */
function proseOf(file: string): readonly (readonly [line: number, text: string])[] {
  const numbered = linesOf(file).map((text, index) => [index + 1, text] as const);
  if (file.endsWith('.md')) {
    let isCode = false;
    return numbered.filter(([, text]) => {
      if (text.startsWith('```')) isCode = !isCode;
      return !isCode && !/^\s*\||^#|https?:\/\/|^!?\[/.test(text);
    });
  }
  return numbered.filter(([, text]) => /^\s*(\/\/|\/\*\*|\*|#)/.test(text));
}

describe('the prose of the repository', () => {
  it('keeps to 100 columns in comments and documents', () => {
    const tooWide = sources
      .filter((file) => !file.endsWith('.graphql'))
      .flatMap((file) =>
        proseOf(file)
          .filter(([, text]) => text.length > WIDTH && !/https?:\/\//.test(text))
          .map(([line]) => `${file}:${line}`),
      );
    expect(tooWide).toEqual([]);
  });

  it('has no word that makes a reader stop', () => {
    // The SQL of a migration that was released does not change; a policy quotes its source.
    const isFixed = (file: string) => file.startsWith('migrations/') || file.startsWith('policies/');
    const mannered = sources
      .filter((file) => !isFixed(file))
      .flatMap((file) =>
        linesOf(file).flatMap((text, index) => {
          const [word] = MANNERED.exec(text) ?? [];
          // Values of enumerations and keywords of SQL are in capitals.
          return word === undefined || word === word.toUpperCase() ? [] : [`${file}:${index + 1}: ${word}`];
        }),
      );
    expect(mannered).toEqual([]);
  });
});
