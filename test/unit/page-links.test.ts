import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(__dirname, '../..');
const pages = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  // It becomes a part of docs/PERFORMANCE.md, so its links begin there.
  .filter((file) => file !== '' && file !== 'bench/interpretation.md' && existsSync(join(ROOT, file)));

const proseOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8').replace(/^ *```.*?^ *```/gms, '');

/** The anchors of the headings of a page, as GitHub makes them. */
function anchorsOf(file: string): ReadonlySet<string> {
  const found = new Map<string, number>();
  const anchors = [...proseOf(file).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading = '']) => {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = words.replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '').replaceAll(' ', '-');
    const before = found.get(anchor) ?? 0;
    found.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
  return new Set(anchors);
}

const links = pages.flatMap((file) =>
  [...proseOf(file).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#');
      return { file, link, target: path === '' ? file : join(dirname(file), path), anchor };
    }),
);

describe('the links between the pages', () => {
  it('lead to files that there are', () => {
    expect(links.length).toBeGreaterThan(100);
    expect(links.filter(({ target }) => !existsSync(join(ROOT, target))).map(textOf)).toEqual([]);
  });

  it('lead to headings that there are', () => {
    const anchored = links.filter(({ target, anchor }) => anchor !== undefined && target.endsWith('.md'));
    expect(anchored.length).toBeGreaterThan(20);
    const broken = anchored.filter(({ target, anchor = '' }) => !anchorsOf(target).has(anchor));
    expect(broken.map(textOf)).toEqual([]);
  });
});

it('no two decisions have the same number, and each has it in its title', () => {
  const decisions = pages.filter((file) => file.startsWith('docs/adr/'));
  const numbers = decisions.map((file) => /^docs\/adr\/(\d{3})-/.exec(file)?.[1]);
  expect(numbers).toEqual([...new Set(numbers)]);
  const titled = decisions.map((file) => /^# (\d{3})\. /.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1]);
  expect(titled.slice(1)).toEqual(numbers.slice(1));
});

const textOf = ({ file, link }: (typeof links)[number]): string => `${file}: ${link}`;
