import { describe, expect, it } from '@jest/globals';
import type { StoredTicket } from '../../src/application/ports/stored-ticket';
import { matchesLog, sameApartFromEmpty } from '../../src/application/tickets/matches-log';
import { ny, SEV2, Story } from '../support/domain';

const stored: StoredTicket = {
  ...new Story(SEV2, ny('2026-11-16 09:00')).ticket,
  number: 7,
  createdAt: 1,
  updatedAt: 2,
};

describe('a row', () => {
  it('matches the log that it came from, whatever its number and its instants of recording', () => {
    expect(matchesLog(stored, { ...stored, number: 8, createdAt: 3, updatedAt: 4 })).toBe(true);
  });

  it('does not match a log that does not exist', () => {
    expect(matchesLog(stored, null)).toBe(false);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['an empty list', []],
    ['an empty object', {}],
    ['zero', 0],
    ['false', false],
    ['an empty text', ''],
    ['an object of empty fields', { a: null, b: [] }],
  ])('matches where a field came after the ticket and is %s in the row or in the log', (_what, value) => {
    expect(matchesLog({ ...stored, later: value } as StoredTicket, stored)).toBe(true);
    expect(matchesLog(stored, { ...stored, later: value } as StoredTicket)).toBe(true);
    const cycles = stored.cycles.map((cycle) => ({ ...cycle, later: value }));
    expect(matchesLog({ ...stored, cycles }, stored)).toBe(true);
  });

  it.each<[string, Partial<StoredTicket>]>([
    ['its state', { state: 'closed' }],
    ['its version', { version: 2 }],
    ['a list that is empty', { cycles: [] }],
    ['a cycle that is missing', { cycles: stored.cycles.slice(1) }],
    ['a cycle that is there twice', { cycles: [...stored.cycles, ...stored.cycles.slice(0, 1)] }],
    ['the order of its cycles', { cycles: [...stored.cycles].reverse() }],
    ['a total that is missing', { cycles: stored.cycles.map((cycle) => ({ ...cycle, totalMs: null })) }],
    ['a total that is another', { cycles: stored.cycles.map((cycle) => ({ ...cycle, totalMs: 1e300 })) }],
    ['a field that came later and is not empty', { later: ['x'] } as Partial<StoredTicket>],
  ])('does not match where it differs in %s', (_what, changes) => {
    expect(matchesLog({ ...stored, ...changes }, stored)).toBe(false);
    expect(matchesLog(stored, { ...stored, ...changes })).toBe(false);
  });
});

describe('values that are the same apart from what is empty', () => {
  it.each<[unknown, unknown, boolean]>([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [[1, null], [1], false],
    [[{}], [], false],
    [[null], [{}], true],
    [['a'], { 0: 'a' }, false],
    ['1', 1, false],
    [null, 'a', false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(sameApartFromEmpty(a, b)).toBe(same);
    expect(sameApartFromEmpty(b, a)).toBe(same);
  });
});
