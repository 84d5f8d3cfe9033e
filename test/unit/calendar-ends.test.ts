import { expect, it } from '@jest/globals';
import { calendarsEndingBeforeTargets, calendarsEndingSoon } from '../../src/domain/policy/calendar-ends';
import { withCalendars } from '../../src/domain/policy/calendar-replacements';
import type { Policy } from '../../src/domain/policy/policy';
import { CIMCLOUD, CIMCLOUD_DOCUMENT, ny, policyWith } from '../support/domain';

const { business = { timeZone: '', week: {}, holidays: [], special: {} }, ...others } = CIMCLOUD_DOCUMENT.calendars;
const withBusiness = (changes: Partial<typeof business>): Policy =>
  policyWith({ calendars: { ...others, long: business, business: { ...business, ...changes } } });
const SHORT = withBusiness({ knownYears: { from: 2000, to: 2027 } });

it.each([
  // Ten business days of SEV4 end on Thursday the 30th; the 24th and the 31st are holidays.
  ['the longest target fits to the day', '2027-12-15 10:00', []],
  ['it does not fit', '2027-12-16 10:00', [['business', 2027, 'SEV4', 'RESOLUTION']]],
  ['the calendar has ended', '2028-03-01 10:00', [['business', 2027, 'SEV2', 'RESPONSE']]],
] as const)('a policy is refused from the day on which a target no longer fits: %s', (_, now, expected) => {
  const ends = calendarsEndingBeforeTargets(SHORT, ny(now));
  expect(ends.map(({ calendar, knownUntil, severity, kind }) => [calendar, knownUntil, severity, kind])).toEqual(
    expected,
  );
  expect(calendarsEndingBeforeTargets(CIMCLOUD, ny(now))).toEqual([]);
});

it('the calendars that a client has in place of others count, and no others', () => {
  const now = ny('2028-03-01 10:00');
  const long = withBusiness({});
  expect(calendarsEndingBeforeTargets(withCalendars(SHORT, { business: 'long' }), now)).toEqual([]);
  expect(calendarsEndingSoon(withCalendars(SHORT, { business: 'long' }), now)).toEqual([]);
  const shortLong = policyWith({ calendars: { ...long.calendars, long: SHORT.calendars.business ?? business } });
  expect(calendarsEndingBeforeTargets(shortLong, now)).toEqual([]);
  expect(calendarsEndingBeforeTargets(withCalendars(shortLong, { business: 'long' }), now)).toMatchObject([
    { calendar: 'long', knownUntil: 2027 },
  ]);
});

it.each([
  ['2026-12-30 10:00', []],
  ['2027-01-02 10:00', [{ calendar: 'business', knownUntil: 2027 }]],
  ['2031-01-02 10:00', [{ calendar: 'business', knownUntil: 2027 }]],
])('warns from a year before the end: %s', (now, expected) => {
  expect(calendarsEndingSoon(SHORT, ny(now))).toEqual(expected);
});

it('a calendar with hours of every year has no end', () => {
  const now = ny('2027-05-01 10:00');
  const { knownYears: _, ...unbounded } = business;
  const yearly = policyWith({
    calendars: {
      ...others,
      business: {
        ...unbounded,
        week: {},
        special: { '06-01': [['08:00', '17:00']], '2027-07-01': [['08:00', '17:00']] },
      },
    },
  });
  expect(calendarsEndingSoon(yearly, now)).toEqual([]);
  expect(calendarsEndingBeforeTargets(yearly, now)).toEqual([]);
});

it('a date that is closed is not the last one of a calendar that has only dates of its own', () => {
  const dates = withBusiness({
    week: {},
    special: { '2027-06-01': [['08:00', '17:00']], '2040-06-01': [], '12-24': [] },
  });
  expect(calendarsEndingSoon(dates, ny('2027-05-01 10:00'))).toEqual([{ calendar: 'business', knownUntil: 2027 }]);
});

it('a calendar that has only dates of its own ends with the last of them', () => {
  const dates = withBusiness({ week: {}, special: { '2027-06-01': [['08:00', '17:00']] } });
  expect(calendarsEndingSoon(dates, ny('2027-05-01 10:00'))).toEqual([{ calendar: 'business', knownUntil: 2027 }]);
  expect(calendarsEndingBeforeTargets(dates, ny('2027-05-01 10:00'))).toMatchObject([{ calendar: 'business' }]);
});
