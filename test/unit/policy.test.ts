import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPolicy } from '../../src/adapters/cli/policy/policy-check';
import { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import { policyFingerprint } from '../../src/adapters/policy-files/policy-fingerprint';
import { compilePolicy } from '../../src/domain/policy/compile-policy';
import { type PolicyDocument, targetOfCycle } from '../../src/domain/policy/policy';
import { CIMCLOUD_FILE as fileName, CIMCLOUD_DOCUMENT as policy, CIMCLOUD_TEXT as text } from '../support/policies';

describe('the first policy', () => {
  it.each([
    ['SEV1', 'RESPONSE', '15 MINUTES roundTheClock', 'HOUSE', /immediate action/],
    ['SEV1', 'UPDATE', '1 HOURS roundTheClock', 'HOUSE', /regular communication.*our ruling/],
    ['SEV1', 'RESOLUTION', 'best effort', 'PUBLISHED', /every reasonable effort/],
    ['SEV2', 'RESPONSE', '4 HOURS business', 'HOUSE', /names no response time/],
    ['SEV2', 'UPDATE', '1 BUSINESS_DAYS business', 'HOUSE', /regular communication.*our ruling/],
    ['SEV2', 'RESOLUTION', '2 BUSINESS_DAYS business', 'PUBLISHED', /within 2 business days/],
    ['SEV3', 'RESPONSE', '1 BUSINESS_DAYS business', 'HOUSE', /names no response time/],
    ['SEV3', 'UPDATE', '2 BUSINESS_DAYS business', 'HOUSE', /regular communication.*our ruling/],
    ['SEV3', 'RESOLUTION', '7 BUSINESS_DAYS business', 'PUBLISHED', /within 7 business days/],
    ['SEV4', 'RESPONSE', '2 BUSINESS_DAYS business', 'HOUSE', /names no response time/],
    ['SEV4', 'UPDATE', '5 BUSINESS_DAYS business', 'HOUSE', /regular communication.*our ruling/],
    ['SEV4', 'RESOLUTION', '10 BUSINESS_DAYS business', 'PUBLISHED', /within 10 business days/],
  ] as const)('promises at %s as %s: %s (%s)', (severity, kind, expected, basis, words) => {
    const target = targetOfCycle(policy, { severity, kind });
    const { span } = target;
    expect(span === null ? 'best effort' : `${span.amount} ${span.unit} ${span.calendar}`).toBe(expected);
    expect(target).toMatchObject({ basis, text: expect.stringMatching(words) });
  });

  it('has four severities, each with its demands on the client and on a workaround', () => {
    expect(policy.severities.map(({ targets: _, title: __, ...rest }) => rest)).toEqual([
      { severity: 'SEV1', workaroundLowers: 'SEVERITY', clientActions: ['SUBMIT_TICKET', 'CALL'] },
      { severity: 'SEV2', workaroundLowers: 'IMPACT', clientActions: ['SUBMIT_TICKET'] },
      { severity: 'SEV3', workaroundLowers: 'IMPACT', clientActions: ['SUBMIT_TICKET'] },
      { severity: 'SEV4', workaroundLowers: 'IMPACT', clientActions: ['SUBMIT_TICKET'] },
    ]);
  });

  it('has the settings of the domain page', () => {
    expect(policy).toMatchObject({
      id: 'cimcloud',
      pauses: { CLIENT: ['UPDATE', 'RESOLUTION'], THIRD_PARTY: [], OTHER_TICKET: [] },
      onLowering: 'CARRY',
      marks: [{ name: 'atRisk', fraction: 0.75 }],
      reopeningMinimum: 0.1,
      closeAfterSilence: { amount: 5, unit: 'BUSINESS_DAYS', calendar: 'business' },
      businessDayEnd: 'SAME_TIME',
    });
  });

  it('counts SEV1 round the clock and the rest in the hours of the business', () => {
    const nineHours = [['08:00', '17:00']];
    const allDay = [['00:00', '24:00']];
    expect(policy.calendars.business).toMatchObject({
      timeZone: 'America/New_York',
      knownYears: { from: 2000, to: 2050 },
      special: {},
    });
    expect(policy.calendars.business?.week).toEqual({
      mon: nineHours,
      tue: nineHours,
      wed: nineHours,
      thu: nineHours,
      fri: nineHours,
    });
    expect(policy.calendars.roundTheClock).toEqual({
      timeZone: 'UTC',
      week: { mon: allDay, tue: allDay, wed: allDay, thu: allDay, fri: allDay, sat: allDay, sun: allDay },
      holidays: [],
      special: {},
    });
  });

  // By hand, from the federal calendars: fixed days and their Friday or Monday, nth weekdays from a
  // wall calendar.
  it.each([
    [2010, '01-01 01-18 02-15 05-31 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 12-31'],
    [2016, '01-01 01-18 02-15 05-30 07-04 09-05 10-10 11-11 11-24 12-25 12-26'],
    [2026, '01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25'],
  ])('closes on the public holidays of %i', (year, days) => {
    const dates = policy.calendars.business?.holidays.filter((date) => String(date).startsWith(`${year}-`));
    expect(dates).toEqual(days.split(' ').map((day) => `${year}-${day}`));
  });

  it('keeps the names of holidays', () => {
    expect(policy.calendars.business?.holidayNames).toMatchObject({
      '2026-11-26': 'Thanksgiving Day',
      '2026-07-03': 'Independence Day (substitute day)',
    });
  });

  it('compiles', () => {
    const compiled = compilePolicy(policy, 7);
    expect(compiled.version).toBe(7);
    expect([...compiled.compiledCalendars.keys()]).toEqual(['business', 'roundTheClock']);
    expect(compiled.compiledCalendars.get('business')?.isOpen(Date.parse('2026-07-03T15:00:00Z'))).toBe(false);
    expect(compiled.compiledCalendars.get('business')?.isOpen(Date.parse('2026-07-06T15:00:00Z'))).toBe(true);
  });
});

describe('the fingerprint', () => {
  it('is the same after storage as JSON, in any order of fields', () => {
    const stored = JSON.parse(JSON.stringify(policy)) as PolicyDocument;
    expect(stored).toEqual(policy);
    const reordered = Object.fromEntries(Object.entries(stored).reverse()) as unknown as PolicyDocument;
    expect(policyFingerprint(reordered)).toBe(policyFingerprint(policy));
    expect(policyFingerprint(policy)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('ignores comments and layout, and changes with every change of content', () => {
    const same = parsePolicy(`# another comment\n\n${text.replace('[UPDATE, RESOLUTION]', '[UPDATE,   RESOLUTION]')}`, {
      fileName,
    });
    expect(policyFingerprint(same)).toBe(policyFingerprint(policy));
    expect(policyFingerprint({ ...policy, reopeningMinimum: 0.2 })).not.toBe(policyFingerprint(policy));
    expect(policyFingerprint({ ...policy, rules: [...policy.rules].reverse() })).not.toBe(policyFingerprint(policy));
  });
});

describe('stepdown policy check', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stepdown-policy-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function check(
    file: string,
    now = Date.parse('2026-11-27T00:00:00Z'),
  ): Promise<{ code: number; output: string; errors: string }> {
    const output: string[] = [];
    const errors: string[] = [];
    const code = await checkPolicy(
      file,
      { write: (line) => output.push(line) },
      { write: (line) => errors.push(line) },
      now,
    );
    return { code, output: output.join(''), errors: errors.join('') };
  }
  function given(content: string | Uint8Array): string {
    const file = join(folder, 'policy.yaml');
    writeFileSync(file, content);
    return file;
  }

  it('prints a summary of a sound policy', async () => {
    const { code, output, errors } = await check(fileName);
    expect([code, errors]).toEqual([0, '']);
    expect(output).toContain('Severities: 4\n');
    expect(output).toContain('resolution 2 business days (business) published\n');
    expect(output).toContain('Rules: 11 (1-ordering, 1-import,');
    expect(output).toContain('business  America/New_York, 593 holidays in the years 2000 to 2050\n');
    expect(output).toContain('roundTheClock  UTC, no holidays\n');
  });

  it('counts the dates with special hours, those of every year too', async () => {
    const special = (dates: string) => given(text.replace('special: {}', `special: { ${dates} }`));
    const both = await check(special('12-24: [09:00-12:00], 12-31: [], 2026-11-27: [09:00-12:00]'));
    expect(both.output).toContain('2000 to 2050, 3 dates with special hours, 2 of them every year\n');
    expect((await check(special('12-24: []'))).output).toContain(', 1 date with special hours, every year\n');
    expect((await check(special('2026-12-24: []'))).output).toContain('2000 to 2050, 1 date with special hours\n');
  });

  it('reports a calendar that ends before a target that starts now', async () => {
    const lastDays = Date.parse('2050-12-22T15:00:00Z');
    const { code, output, errors } = await check(fileName, lastDays);
    expect([code, output]).toEqual([1, '']);
    expect(errors).toContain('calendars.business: The calendar business of cimcloud knows its dates only until 2050');
    expect(errors).toContain('set a later year in calendars.business.holidays.horizon.to');
    expect((await check(fileName, Date.parse('2050-11-01T15:00:00Z'))).code).toBe(0);
  });

  it('lists every problem with its line', async () => {
    const file = given(text.replace('id: cimcloud', 'id: 7').replace('at: 0.75', 'at: 75'));
    const { code, output, errors } = await check(file);
    const line = text.split('\n').findIndex((content) => content.includes('at: 0.75')) + 1;
    expect([code, output]).toEqual([1, '']);
    expect(errors.split('\n')).toEqual([
      `${file}:9:5 id: takes text; put it in quotes: "7"`,
      `${file}:${line}:25 marks[0].at: takes a fraction between 0 and 1, both excluded, such as 0.75, not 75`,
      '2 problems; nothing was published.',
      '',
    ]);
  });

  it.each([
    ['a missing file', () => join(folder, 'none.yaml'), 'does not exist.'],
    ['a directory', () => folder, 'is a directory; give the policy file itself.'],
    ['a huge file', () => given('#'.repeat(1_048_577)), 'is larger than 1 MiB, the maximum size of a policy.'],
    ['a file that is not UTF-8', () => given(Uint8Array.of(0x69, 0x64, 0x3a, 0xff)), 'is not UTF-8 text.'],
  ])('reports what is wrong with %s', async (_name, fileOf, sentence) => {
    const file = fileOf();
    expect(await check(file)).toEqual({ code: 2, output: '', errors: `${file} ${sentence}\n` });
  });
});
