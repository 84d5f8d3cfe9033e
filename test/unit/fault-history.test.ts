import { describe, expect, it } from '@jest/globals';
import { type AnsweredMutation, checkHistory, type History, type LogEntry } from '../faults/support/history';

/** The event of a position: of ticket a or b, with the key of the mutation that made it. */
const entry = (position: number, ticketId: string, number: number, changes: Partial<LogEntry> = {}): LogEntry => ({
  position,
  id: `${ticketId}${number}`,
  ticketId,
  number,
  key: `key ${ticketId}${number}`,
  deadline: null,
  sets: [],
  settledAt: null,
  ...changes,
});

const answer = (key: string, changes: Partial<AnsweredMutation> = {}): AnsweredMutation => ({
  key,
  isAccepted: true,
  isOfClient: true,
  ticket: null,
  ...changes,
});

/** Opens a ticket that has to be met before 1,000. */
const urgent = (changes: Partial<LogEntry> = {}) =>
  entry(1, 'a', 1, { sets: [{ name: 'RESPONSE 1 breach', dueAt: 1_000 }], ...changes });

const due = (position: number, number: number, dueAt: number, recordedAt: number) =>
  entry(position, 'a', number, { key: null, deadline: { name: 'RESPONSE 1 breach', dueAt, recordedAt } });

const LOG = [entry(1, 'a', 1), entry(2, 'b', 1), entry(3, 'a', 2), due(4, 3, 1_000, 1_400)];
const IDS = LOG.map(({ id }) => id);

const SOUND: History = {
  answered: LOG.slice(0, 3).map(({ key, ticketId, number }) =>
    answer(key ?? '', { ticket: { id: ticketId, version: number } }),
  ),
  log: LOG,
  observations: [{ observer: 'sse', ids: IDS }],
  outages: [],
  mostLateMs: 5_000,
};

const violationsOf = (changes: Partial<History>): readonly string[] =>
  checkHistory({ ...SOUND, ...changes }).violations;

describe('the check of a history', () => {
  it('finds nothing in a history that keeps every promise', () => {
    expect(checkHistory(SOUND)).toEqual({ violations: [], repeated: { sse: 0 }, latenessMs: [400] });
  });

  it('accepts events that come again, and events of different tickets in another order', () => {
    const observations = [{ observer: 'sse', ids: ['b1', 'a1', 'a1', 'a2', 'b1', 'a3', 'a1'] }];
    expect(checkHistory({ ...SOUND, observations })).toMatchObject({ violations: [], repeated: { sse: 3 } });
  });

  it.each<[string, Partial<History>, string]>([
    [
      'an acknowledged mutation that is lost',
      { answered: [...SOUND.answered, answer('key c1')] },
      'lost: the acknowledged mutation key c1 is not in the log',
    ],
    [
      'a mutation that was carried out twice',
      {
        log: [...LOG, entry(5, 'b', 2, { key: 'key b1' })],
        observations: [{ observer: 'sse', ids: [...IDS, 'b2'] }],
      },
      'doubled: the mutation key b1 is in the log 2 times',
    ],
    [
      'a mutation that was refused and carried out all the same',
      { answered: [answer('key b1', { isAccepted: false })] },
      'refused and stored: the mutation key b1 is in the log 1 times',
    ],
    [
      'an answer that has another ticket',
      { answered: [answer('key a1', { ticket: { id: 'b', version: 1 } })] },
      'answer: the mutation key a1 was answered with another ticket',
    ],
    [
      'an answer that has the ticket as it was before the change',
      { answered: [answer('key a2', { ticket: { id: 'a', version: 1 } })] },
      'answer: the mutation key a2 made version 2, and was answered with 1',
    ],
    [
      'an answer that has a later change of another client',
      { answered: [answer('key a1', { ticket: { id: 'a', version: 2 } })] },
      'answer: the mutation key a1 made version 1, and was answered with 2',
    ],
    [
      'a deadline that never fired',
      { log: [urgent(), ...LOG.slice(1, 3)], observations: [] },
      'never fired: a RESPONSE 1 breach is not in the log',
    ],
    [
      'a deadline that never fired before it was met',
      { log: [urgent(), ...LOG.slice(1, 2), entry(3, 'a', 2, { settledAt: 1_001 })], observations: [] },
      'never fired: a RESPONSE 1 breach is not in the log',
    ],
    ['a gap in the positions', { log: [...LOG.slice(0, 3), { ...due(5, 3, 1_000, 1_400) }] }, 'positions: 5 follows 3'],
    [
      'an event without a position',
      { log: [...LOG.slice(0, 3), { ...due(Number.NaN, 3, 1_000, 1_400) }] },
      'positions: NaN follows 3',
    ],
    [
      'a gap in the versions of a ticket',
      { log: [...LOG, entry(5, 'b', 3)], observations: [{ observer: 'sse', ids: [...IDS, 'b3'] }] },
      'versions: of ticket b, 3 follows 1',
    ],
    [
      'versions of a ticket in another order than the positions',
      { log: [...LOG, entry(5, 'b', 3), entry(6, 'b', 2)], observations: [] },
      'versions: of ticket b, 2 follows 3',
    ],
    [
      'an event that an observer missed',
      { observations: [{ observer: 'sse', ids: ['a1', 'b1', 'a3'] }] },
      'missed: sse did not get a2 at position 3',
    ],
    [
      'events of a ticket that an observer got in another order',
      { observations: [{ observer: 'sse', ids: ['a2', 'a1', 'b1', 'a3'] }] },
      'order: sse got event 1 of ticket a after event 2',
    ],
    [
      'an event that is not in the log',
      { observations: [{ observer: 'sse', ids: [...IDS, 'c1'] }] },
      'invented: sse got c1, which is not in the log',
    ],
    [
      'a deadline that fired twice',
      { log: [...LOG, due(5, 4, 1_000, 1_500)], observations: [{ observer: 'sse', ids: [...IDS, 'a4'] }] },
      'fired twice: a RESPONSE 1 breach is in the log 2 times',
    ],
    [
      'a deadline that fired early',
      { log: [...LOG.slice(0, 3), due(4, 3, 1_000, 990)] },
      'early: a RESPONSE 1 breach was recorded 10 ms before it was due',
    ],
    [
      'a deadline that fired late',
      { log: [...LOG.slice(0, 3), due(4, 3, 1_000, 6_001)] },
      'late: a RESPONSE 1 breach was recorded 5001 ms after it was due',
    ],
    [
      'a deadline that fired long after the outage in which it was due',
      { log: [...LOG.slice(0, 3), due(4, 3, 1_000, 15_001)], outages: [{ from: 500, to: 10_000 }] },
      'late: a RESPONSE 1 breach was recorded 5001 ms after it was due',
    ],
  ])('finds %s', (_, changes, violation) => {
    expect(violationsOf(changes)).toContain(violation);
  });

  it('finds nothing but the one fault of each history above that has one', () => {
    expect(violationsOf({ observations: [{ observer: 'sse', ids: ['a1', 'b1', 'a3'] }] })).toHaveLength(1);
    expect(violationsOf({ log: [...LOG.slice(0, 3), due(4, 3, 1_000, 6_001)] })).toHaveLength(1);
  });

  it('accepts that a deadline was met in time, and that a change has caused an event', () => {
    const log = [urgent(), ...LOG.slice(1, 2), entry(3, 'a', 2, { settledAt: 999 }), entry(4, 'a', 3, { key: null })];
    const answered = [answer('key a2', { ticket: { id: 'a', version: 3 } })];
    expect(violationsOf({ log, answered })).toEqual([]);
    expect(violationsOf({ log: [urgent(), ...LOG.slice(1)] })).toEqual([]);
  });

  it('accepts that a deadline is late because of an outage, and does not count how late', () => {
    const log = [...LOG.slice(0, 3), due(4, 3, 1_000, 14_000)];
    const outages = [
      { from: 500, to: 10_000 },
      { from: 20_000, to: 30_000 },
    ];
    expect(checkHistory({ ...SOUND, log, outages })).toMatchObject({ violations: [], latenessMs: [] });
  });
});
