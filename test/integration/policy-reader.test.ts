import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { createPolicyReader, type PolicyReader } from '../../src/adapters/policy-files/policy-reader';
import { CIMCLOUD_DOCUMENT } from '../support/policies';

const YAML = readFileSync(join(__dirname, '../../policies/cimcloud.yaml'), 'utf8');
/** The policy with fifty calendars of 130 years: the most that a policy can have. */
const LARGEST = YAML.replace(
  '  roundTheClock:\n',
  `${Array.from(
    { length: 48 },
    (_, n) => `  c${n}:
    zone: America/New_York
    week: { mon: [08:00-17:00] }
    holidays: { region: US, horizon: { from: 1970, to: 2099 } }
`,
  ).join('')}  roundTheClock:\n`,
);

// Most tests share one thread, because its start takes longer than a policy.
const shared = createPolicyReader();
let reader: PolicyReader = shared;
afterEach(async () => {
  if (reader !== shared) await reader.close();
  reader = shared;
});
afterAll(() => shared.close());

const problemsOf = async (yaml: string): Promise<readonly string[]> => {
  const read = await reader.read(yaml);
  return read.ok ? [] : read.problems.map(({ line, field, problem }) => `${line} ${field}: ${problem}`);
};

describe('a policy that is checked in a thread', () => {
  it('is the document of the file, and leaves the serving thread to other requests', async () => {
    expect(await reader.read(YAML)).toMatchObject({ ok: true, text: { yaml: YAML, document: CIMCLOUD_DOCUMENT } });
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    expect((await reader.read(LARGEST)).ok).toBe(true);
    clearInterval(counting);
    // Checking it takes half a second. In the serving thread, nothing else would have a turn.
    expect(turns).toBeGreaterThan(20);
  });

  it.each<[string, () => string, RegExp]>([
    ['many aliases', () => `a: &a [1]\nb: [${'*a, '.repeat(8_000)}]`, /more than 100 aliases/],
    [
      'aliases that multiply',
      () =>
        Array.from(
          { length: 12 },
          (_, n) => `a${n}: &a${n} [${n === 0 ? '1' : `*a${n - 1}`.concat(`, *a${n - 1}`.repeat(4))}]`,
        ).join('\n'),
      /more than 20,000 values/,
    ],
    ['an alias in itself', () => 'a: &a [*a]', /contains itself/],
    ['many nodes', () => `a: [${'1, '.repeat(40_000)}]`, /more than 20,000 values/],
    ['deep nesting', () => '['.repeat(60_000), /deeper than 100 levels/],
    ['many errors', () => '}'.repeat(60_000), /not valid YAML/],
    ['a long line', () => 'a'.repeat(130_000), /takes a map of fields/],
  ])('is refused for %s', async (_what, yaml, sentence) => {
    const problems = await problemsOf(yaml());
    expect(problems.join('\n')).toMatch(sentence);
    expect(problems.length).toBeLessThanOrEqual(51);
    expect(Buffer.byteLength(problems.join('\n'))).toBeLessThan(60_000);
  });

  it('has its first 50 problems reported, and the others counted', async () => {
    const problems = await problemsOf(`${YAML}${Array.from({ length: 9_000 }, (_, n) => `unknown${n}: 1\n`).join('')}`);
    expect(problems).toHaveLength(51);
    expect(problems[49]).toMatch(/unknown49: is not known here/);
    expect(problems[50]).toMatch(/\(document\): has 8,950 more problems; these are the first 50/);
  });

  it('is given up when it takes too long, and the next one is checked', async () => {
    reader = createPolicyReader({ timeMs: 1 });
    expect(await problemsOf(YAML)).toEqual(['1 (document): takes longer than 0.001 seconds to check']);
    await reader.close();
    reader = shared;
    expect(await problemsOf(YAML)).toEqual([]);
  });

  it('is given up when it takes too much memory', async () => {
    reader = createPolicyReader({ memoryMb: 12 });
    expect(await problemsOf(YAML)).toEqual(['1 (document): takes more than 12 MB of memory to check']);
  });

  it('is given up when its caller has gone, while it waits and while it is checked', async () => {
    reader = createPolicyReader({ waiting: 20 });
    const gone = new AbortController();
    const running = reader.read(LARGEST, gone.signal);
    const waiting = Array.from({ length: 20 }, () => reader.read(LARGEST, gone.signal));
    const all = Promise.allSettled([running, ...waiting]);
    await expect(reader.read('id: 1')).rejects.toMatchObject({ name: 'PolicyReaderBusy' });
    gone.abort(new Error('gone'));
    // The thread and all places are free for the next one.
    const others = await Promise.all(Array.from({ length: 20 }, () => reader.read('id: 1')));
    expect(others.map(({ ok }) => ok)).toEqual(others.map(() => false));
    expect(await all).toEqual(Array.from({ length: 21 }, () => ({ status: 'rejected', reason: gone.signal.reason })));
    await expect(reader.read(YAML, gone.signal)).rejects.toThrow('gone');
    expect((await reader.read(YAML)).ok).toBe(true);
  });

  it('waits for its turn, and is refused when too many wait', async () => {
    reader = createPolicyReader({ waiting: 2 });
    const all = await Promise.allSettled(Array.from({ length: 4 }, () => reader.read('id: 1')));
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(all[3]).toMatchObject({ reason: { name: 'PolicyReaderBusy' } });
  });
});
