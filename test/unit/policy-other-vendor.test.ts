import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import type { Audience, Consequence } from '../../src/domain/impact';
import { classify } from '../../src/domain/policy/classify';
import { compilePolicy } from '../../src/domain/policy/compile-policy';
import { COMMITMENT_KINDS, calendarOf, type Target, targetOf } from '../../src/domain/policy/policy';

const fileName = join(__dirname, '../support/policies/three-levels.yaml');
const document = parsePolicy(readFileSync(fileName, 'utf8'), { fileName });
const policy = compilePolicy(document, 3);

const promise = (target: Target | null): string => {
  if (target === null) return 'not promised';
  const { span } = target;
  return span === null ? 'best effort' : `${span.amount} ${span.unit} ${span.calendar}`;
};

describe("another vendor's policy", () => {
  it.each([
    ['SEV1', ['30 MINUTES always', '1.5 HOURS always', '8 HOURS always']],
    ['SEV2', ['2 HOURS office', 'best effort', '3 BUSINESS_DAYS office']],
    ['SEV3', ['1 BUSINESS_DAYS office', 'best effort', 'best effort']],
  ] as const)('promises at %s %j', (severity, promises) => {
    expect(COMMITMENT_KINDS.map((kind) => promise(targetOf(policy, severity, kind)))).toEqual(promises);
  });

  it.each<[audience: Audience, consequence: Consequence, clause: string]>([
    ['NOBODY', 'ORDERING_BLOCKED', 'outage'],
    ['ADMINISTRATORS', 'ALL_ORDER_IMPORT_BLOCKED', 'outage'],
    ['NOBODY', 'NON_ORDER_DATA_FLOW', 'data'],
    ['SOME_END_USERS', 'DEGRADED', 'slow-for-shoppers'], // SEV2, although SEV3's catch-all stands before it
    ['ALL_END_USERS', 'DEGRADED', 'everything-else'],
    ['SOME_END_USERS', 'ORDERING_BLOCKED', 'outage'],
  ])('classifies %s with %s by its own table: %s', (audience, consequence, clause) => {
    expect(classify(policy, [{ audience, consequence }])).toMatchObject({ ok: true, classification: { clause } });
  });

  it('has settings of its own', () => {
    expect(policy).toMatchObject({
      version: 3,
      onLowering: 'RESTART',
      marks: [{ name: 'atRisk', fraction: 0.5 }],
      reopeningMinimum: 0.25,
      closeAfterSilence: { amount: 48, unit: 'HOURS', calendar: 'always' },
      businessDayEnd: 'CLOSE_OF_BUSINESS',
      pauses: { CLIENT: ['RESPONSE', 'UPDATE', 'RESOLUTION'], THIRD_PARTY: ['RESOLUTION'], OTHER_TICKET: [] },
    });
    expect(policy.severities.map(({ workaroundLowers }) => workaroundLowers)).toEqual(['IMPACT', 'SEVERITY', 'IMPACT']);
  });

  it('has the holidays of its region, plus and minus its own, and dates with hours of their own', () => {
    const { office } = document.calendars;
    // Bavaria's public holidays of 2026, without Epiphany (minus) and with Christmas Eve (plus).
    expect(office?.holidays.filter((date) => String(date).startsWith('2026'))).toEqual([
      '2026-01-01',
      '2026-04-03',
      '2026-04-06',
      '2026-05-01',
      '2026-05-14',
      '2026-05-25',
      '2026-06-04',
      '2026-10-03',
      '2026-11-01',
      '2026-12-24',
      '2026-12-25',
      '2026-12-26',
    ]);
    expect(office?.holidayNames).toMatchObject({ '2026-04-03': 'Karfreitag' });
    expect(office?.holidayNames).not.toHaveProperty('2026-12-24');
    expect(office?.special).toEqual({ '2026-12-31': [['09:00', '12:00']] });
    expect(office?.knownYears).toEqual({ from: 2025, to: 2027 });
  });

  it('accepts holidays without a region, and a week shared by a YAML anchor', () => {
    expect(document.calendars.branch).toMatchObject({
      timeZone: 'Asia/Kathmandu',
      week: document.calendars.office?.week,
      holidays: ['2026-10-20'],
      knownYears: { from: 2026, to: 2026 },
    });
  });

  it.each([
    ['2026-12-30T08:00:00Z', true], // Wednesday 09:00 in Berlin
    ['2026-12-30T12:30:00Z', false], // Wednesdays close at noon
    ['2026-12-31T10:00:00Z', true], // Thursdays are closed, but this one has hours of its own
    ['2026-12-24T10:00:00Z', false], // the house's holiday, a Thursday
    ['2026-01-06T08:00:00Z', true], // Epiphany, worked here, a Tuesday
  ])('at %s its compiled calendar is open: %s', (at, open) => {
    expect(calendarOf(policy, 'office').isOpen(Date.parse(at))).toBe(open);
  });
});
