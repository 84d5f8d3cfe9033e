import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { runCalendar } from '../../src/adapters/cli/calendar/calendar-command';

const ROOT = join(__dirname, '../..');
const THIS = 'test/unit/command-forms.test.ts';
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(ts|mjs|c?js|md|ya?ml|graphql|sh|json)$|Dockerfile$|^\.ci\//.test(file))
  .filter((file) => file !== THIS && existsSync(join(ROOT, file)));

/** The commands that the program registers, such as `import` and `policy`. */
const commands = [
  'src/cli.ts',
  'src/cli/reading-program.ts',
  'src/cli/changing-program.ts',
  'src/cli/completion-program.ts',
].flatMap((file) =>
  [...textOf(file).matchAll(/(?:\.command\(|(?:desk|change|lateChange)Command\(program, )'([\w-]+)'\)/g)].map(
    ([, name]) => name,
  ),
);

describe('the form in which commands are written', () => {
  it('is not npx, which fetches the package of a stranger outside this project', () => {
    expect(files.filter((file) => /\bnpx (?:-\S+ )*stepdown\b/.test(textOf(file)))).toEqual([]);
  });

  it('is an npm script with a command that exists', () => {
    const written = files
      .filter((file) => !file.startsWith('test/'))
      .flatMap((file) =>
        [...textOf(file).matchAll(/npm run (?:--silent )?stepdown(?: --)? +((?:--)?[a-z][\w-]*)/gi)].map(
          ([all, name = '']) => [name, `${file}: ${all}`] as const,
        ),
      );
    expect(written.length).toBeGreaterThan(20);
    const words = [...commands, '--help'];
    expect(written.filter(([name]) => !words.includes(name)).map(([, where]) => where)).toEqual([]);
  });

  it('is complete wherever the program or the schema prints it', () => {
    // Comments name a command by its name alone.
    const printed = files
      .filter((file) => /^(src\/|schema\.graphql$)/.test(file))
      .flatMap((file) =>
        textOf(file)
          .split('\n')
          .filter((line) => !/^\s*(\/\/|\/\*\*|\*)/.test(line))
          .filter((line) =>
            new RegExp(`(?<!npm run (?:--silent )?)\\bstepdown (?:${commands.join('|')})\\b`).test(line),
          )
          .filter((line) => !/application_?name/i.test(line))
          .map((line) => `${file}: ${line.trim()}`),
      );
    expect(printed).toEqual([]);
  });
});

describe('requests of the calendar command', () => {
  const answersTo = async (lines: string): Promise<string> => {
    const output = new PassThrough();
    const answers = text(output);
    await runCalendar(Readable.from([lines]), output);
    output.end();
    return answers;
  };

  it('in the document have the documented answers', async () => {
    const [requests = '', answers = ''] = [
      ...textOf('docs/BUSINESS-TIME.md').matchAll(/^```json\n([\s\S]*?)^```$/gm),
    ].map(([, block = '']) => block);
    expect(requests).not.toBe('');
    expect(await answersTo(requests)).toBe(answers);
  });

  it('in the help have the answer of the help', async () => {
    const [request = '', answer = ''] = textOf('src/cli.ts').match(/^ {2}\{"id".*$/gm) ?? [];
    expect(await answersTo(request.trim())).toBe(`${answer.trim()}\n`.replace('`;', ''));
  });
});
