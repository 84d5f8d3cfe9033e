import { expect, it } from '@jest/globals';
import { KeptPolicies } from '../../src/adapters/persistence/policies/kept-policies';
import { CIMCLOUD } from '../support/policies';

const { business } = CIMCLOUD.calendars;
const withHolidays = (count: number) =>
  ({
    ...CIMCLOUD,
    calendars: { business: { ...business, holidays: Array.from({ length: count }, () => '2026-01-01'), special: {} } },
  }) as unknown as typeof CIMCLOUD;

it('compiled policies are left out, the first one first, when their holidays are too many', () => {
  const kept = new KeptPolicies(10_000);
  const names = () => ['a', 'b', 'c', 'd', 'e'].filter((name) => kept.get(name) !== undefined).join('');
  kept.set('a', withHolidays(2_000));
  kept.set('b', withHolidays(2_000));
  kept.set('c', withHolidays(2_000));
  expect(names()).toBe('abc');
  kept.set('c', withHolidays(2_000));
  expect(names()).toBe('abc');
  kept.set('d', withHolidays(1));
  expect(names()).toBe('bcd');
  // One that is larger than all of the room is kept as long as no other comes.
  kept.set('e', withHolidays(20_000));
  expect(names()).toBe('e');
  kept.set('a', withHolidays(0));
  expect(names()).toBe('a');
});
