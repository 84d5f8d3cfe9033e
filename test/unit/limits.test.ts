import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from '@jest/globals';

const SRC = join(__dirname, '../../src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ file: basename(name), text: readFileSync(join(SRC, name), 'utf8') }));

/** The names of constants that are limits. */
const LIMIT = new RegExp(
  [
    '^(MAX|MOST|LONGEST|DEEPEST|SHORTEST|OLDEST|MIN)(_|$)',
    '_(TIMEOUT|LIFETIME)_MS$',
    '^(LOCK_WAIT|KEEP_ALIVE|STALLED|TIMEOUT)_MS$',
    '(^|_)LIMITS$',
    '^PACE$',
  ].join('|'),
);
const NUMBER = /^(?:export )?const ([A-Z][A-Z0-9_]*)(?:: \w+)? = ([-\w */+.()]+);$/gm;
const GROUP = /^(?:export )?const ([A-Z][A-Z0-9_]*)(?:: \w+)? = \{(.*?)\}(?: as const)?;$/gms;
const TEXT_RULE = /^export const ([A-Z_]+): TextRule = \{ (max): ([\d_]+)/gm;
/** A number of two digits or more where a limit stands. */
const INLINE =
  /(?:\b\w*(?:max|timeout|limit|longest|most)\w*: |\.max\(|\bEntries\(\d+, |\.length >=? |\.timeout\()[\d_]{2,}/i;
const FIELD = /(?:^|[{,\s])(\w+): ([\d_ *]+)(?=,|\s*$)/gm;

/** The expressions of the constants that are numbers. */
const expressions = new Map<string, string>();
const know = (file: string, name: string, expression: string): void => {
  expressions.set(`${file} ${name}`, expression);
  // For the files that import it.
  if (!expressions.has(name)) expressions.set(name, expression);
};
for (const { file, text } of files) {
  for (const [, name = '', expression = ''] of text.matchAll(NUMBER)) know(file, name, expression);
  for (const [, name, fields = ''] of text.matchAll(GROUP)) {
    for (const [, field, value = ''] of fields.matchAll(FIELD)) know(file, `${name}.${field}`, value);
  }
}

/** The number that an expression of numbers and constants means; NaN for any other. */
function numberOf(expression: string, file: string): number {
  const written = expression.replace(/[A-Z][A-Z0-9_]*(?:\.\w+)?/g, (name) => {
    const meant = expressions.get(`${file} ${name}`) ?? expressions.get(name);
    return meant === undefined ? 'NaN' : String(numberOf(meant, file));
  });
  return /[a-z]/i.test(written) ? Number.NaN : Number(new Function(`return ${written}`)());
}

/** The limits in the code: the file and the name, and the value. */
const inCode = files.flatMap(({ file, text }) => [
  ...[...text.matchAll(NUMBER)].flatMap(([, name = '', expression = '']) =>
    LIMIT.test(name) && !Number.isNaN(numberOf(expression, file))
      ? [[`${file} ${name}`, numberOf(expression, file)] as const]
      : [],
  ),
  ...[...text.matchAll(GROUP)].flatMap(([, name = '', fields = '']) =>
    LIMIT.test(name)
      ? [...fields.matchAll(FIELD)].map(
          ([, field, value = '']) => [`${file} ${name}.${field}`, numberOf(value.trim(), file)] as const,
        )
      : [],
  ),
  ...[...text.matchAll(TEXT_RULE)].map(
    ([, name, field, value = '']) => [`${file} ${name}.${field}`, numberOf(value, file)] as const,
  ),
]);

const page = readFileSync(join(__dirname, '../../docs/LIMITS.md'), 'utf8');
const plain = (cell: string): number =>
  cell === '1/3' ? 1 / 3 : Number(/^[\d,]+/.exec(cell)?.[0].replaceAll(',', ''));
const inPage = [...page.matchAll(/^\| .+? +\| ([\d,/]+).*? +\| `([\w.-]+)` `([\w.]+)` +\|$/gm)].map(
  ([, value = '', file, name]) => [`${file} ${name}`, plain(value)] as const,
);

it('the page has a row for every limit in the code, with its value, and no other', () => {
  expect(inCode.length).toBeGreaterThan(100);
  expect([...inPage].sort()).toEqual([...inCode].sort());
});

it('no limit is a number without a name', () => {
  const unnamed = files.flatMap(({ file, text }) => {
    const withoutNamed = text
      .replace(GROUP, (group, name: string) => (LIMIT.test(name) ? '' : group))
      .replace(TEXT_RULE, '')
      .replace(NUMBER, '');
    return withoutNamed
      .split('\n')
      .filter((line) => !/^\s*(?:\/?\*|\/\/)/.test(line) && INLINE.test(line))
      .map((line) => `${file}: ${line.trim()}`);
  });
  expect(unnamed).toEqual([]);
});

it('the page has every variable with a range', () => {
  const config = files.find(({ file }) => file === 'environment-variables.ts');
  const variables = [...(config?.text ?? '').matchAll(/^ {2}([A-Z_]+): wholeNumber\((\w+), ([\d_]+)/gm)].map(
    ([, name, least = '', most = '']) => [
      name,
      numberOf(least, 'environment-variables.ts'),
      numberOf(most, 'environment-variables.ts'),
    ],
  );
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\| ([\d,]+) +\| ([\d,]+) +\|$/gm)].map(([, name, least, most]) => [
    name,
    plain(least ?? ''),
    plain(most ?? ''),
  ]);
  expect(rows).toEqual(variables);
});
