import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DocumentError } from '../../src/adapters/documents/document-error';
import { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import { policyFingerprint } from '../../src/adapters/policy-files/policy-fingerprint';
import { folderOf } from '../../src/adapters/policy-files/policy-folder';
import type { PolicyDocument } from '../../src/domain/policy/policy';
import { CIMCLOUD_TEXT } from '../support/policies';

const FAIR = 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270304\nSUMMARY:Fair\nEND:VEVENT\nEND:VCALENDAR\n';

let outside: string;
let folder: string;
beforeAll(() => {
  outside = mkdtempSync(join(tmpdir(), 'stepdown-folder-'));
  folder = join(outside, 'policies');
  mkdirSync(join(folder, 'sub'), { recursive: true });
  for (const path of [join(outside, 'holidays.ics'), join(folder, 'holidays.ics'), join(folder, 'sub/holidays.ics')]) {
    writeFileSync(path, FAIR);
  }
  symlinkSync(join(outside, 'holidays.ics'), join(folder, 'link.ics'));
  symlinkSync('sub/holidays.ics', join(folder, 'inside.ics'));
  symlinkSync('loop.ics', join(folder, 'loop.ics'));
  symlinkSync(outside, join(folder, 'up'));
  execFileSync('mkfifo', [join(folder, 'pipe.ics')]);
  writeFileSync(join(folder, 'utf16.ics'), Buffer.from(`\uFEFF${FAIR}`, 'utf16le'));
  writeFileSync(join(folder, 'large.ics'), ' '.repeat(1_048_577));
});
afterAll(() => rmSync(outside, { recursive: true }));

const withIcs = (ics: string, more = ''): string =>
  CIMCLOUD_TEXT.replace('      region: US\n', `      ics: ${JSON.stringify(ics)}\n${more}`);
const parse = (text: string): PolicyDocument =>
  parsePolicy(text, { fileName: 'policy.yaml', folder: folderOf(join(folder, 'policy.yaml')) });

describe('a file that a policy names', () => {
  it.each(['holidays.ics', './holidays.ics', 'sub/holidays.ics', 'inside.ics'])(
    'is read in the folder of the policy: %s',
    (name) => {
      const { business } = parse(withIcs(name)).calendars;
      expect(business).toMatchObject({
        holidays: ['2027-03-04'],
        holidayNames: { '2027-03-04': 'Fair' },
        knownYears: { from: 2000, to: 2050 },
      });
    },
  );

  it.each([
    ['../holidays.ics', 'is not the name of a file in the folder of the policy, such as holidays.ics'],
    ['sub/../../holidays.ics', 'is not the name of a file in the folder'],
    ['/etc/passwd', 'is not the name of a file in the folder'],
    ['..\\holidays.ics', 'is not the name of a file in the folder'],
    ['', 'is not the name of a file in the folder'],
    ['a\0.ics', 'is not the name of a file in the folder'],
    ['link.ics', 'is a link to a file outside the folder of the policy'],
    ['up/holidays.ics', 'is a link to a file outside the folder of the policy'],
    ['loop.ics', 'is a symbolic link to itself'],
    ['missing.ics', 'does not exist in the folder of the policy'],
    ['holidays.ics/x', 'does not exist in the folder of the policy'],
    ['sub', 'is not a regular file'],
    ['pipe.ics', 'is not a regular file'],
    ['large.ics', 'is larger than 1 MiB'],
    ['utf16.ics', 'is not UTF-8 text'],
  ])('is refused with its field and line: %s', (name, message) => {
    expect(() => parse(withIcs(name))).toThrow(DocumentError);
    expect(() => parse(withIcs(name))).toThrow(/^policy\.yaml:\d+:12 calendars\.business\.holidays\.ics: /);
    expect(() => parse(withIcs(name))).toThrow(message);
  });

  it('is refused in a policy that is sent as text', () => {
    expect(() => parsePolicy(withIcs('holidays.ics'), { fileName: 'yaml' })).toThrow(
      'calendars.business.holidays.ics: holidays.ics is a file in the folder of a policy file, and this policy was sent without one',
    );
  });

  it('has its problems with its own lines, and needs a holiday within the horizon', () => {
    writeFileSync(join(folder, 'timed.ics'), FAIR.replace('20270304', '20270304T120000'));
    expect(() => parse(withIcs('timed.ics'))).toThrow('timed.ics:2 the event "Fair" has a time of day in DTSTART');
    writeFileSync(join(folder, 'old.ics'), FAIR.replace('20270304', '19990304'));
    expect(() => parse(withIcs('old.ics'))).toThrow(
      'old.ics has no holidays in the years of the horizon, 2000 to 2050',
    );
  });

  it('adds to the holidays of a region, plus and minus, once for each date', () => {
    writeFileSync(join(folder, 'more.ics'), FAIR.replace('SUMMARY:Fair', 'SUMMARY:Fair\nRDATE:20270305,20271225'));
    const more = '      region: US\n      # added\n';
    const text = withIcs('more.ics', more)
      .replace('plus: []', 'plus: [2027-03-08]')
      .replace('minus: []', 'minus: [2027-03-04]');
    const { holidays, holidayNames } = parse(text).calendars.business ?? {};
    expect(holidays?.filter((date) => String(date).startsWith('2027-03'))).toEqual(['2027-03-05', '2027-03-08']);
    expect(holidayNames).toMatchObject({ '2027-03-05': 'Fair', '2027-12-25': 'Christmas Day, Fair' });
    expect(() => parse(text.replace('minus: [2027-03-04]', 'minus: [2027-03-03]'))).toThrow(
      'takes a holiday of the region or of more.ics; 2027-03-03 is not one',
    );
  });

  it.each(['\r\n ', '\n\t'])('can have a line that is folded within a character: %j', (fold) => {
    const name = Buffer.from('Fête 🎪');
    const cuts = [...name.keys()].map((at) => Buffer.concat([name.subarray(at, at + 1), Buffer.from(fold)]));
    const [before = '', after = ''] = FAIR.split('Fair');
    writeFileSync(join(folder, 'cut.ics'), Buffer.concat([Buffer.from(before), ...cuts, Buffer.from(after)]));
    expect(parse(withIcs('cut.ics')).calendars.business?.holidayNames).toEqual({ '2027-03-04': 'Fête 🎪' });
  });

  it('is part of the fingerprint, which does not change without one', () => {
    const data = { calendars: { business: { holidays: { ics: 'print.ics' } } } };
    const fingerprint = () => policyFingerprint(data, folderOf(join(folder, 'policy.yaml')));
    writeFileSync(join(folder, 'print.ics'), FAIR);
    const first = fingerprint();
    expect(fingerprint()).toBe(first);
    writeFileSync(join(folder, 'print.ics'), FAIR.replace('20270304', '20270305'));
    expect(fingerprint()).not.toBe(first);
    // As versions before iCalendar files were published.
    expect(policyFingerprint({ a: 1 }, folderOf('x'))).toBe(policyFingerprint({ a: 1 }));
    expect(policyFingerprint({ id: 'a' })).toBe('8489a5deb454a360345c7868bca8672de92b446caf3d3b014af6a56e3d549d30');
  });
});
