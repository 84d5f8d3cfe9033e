import { describe, expect, it } from '@jest/globals';
import { type Run, verdictOf } from '../faults/support/verdict';

const answered = Array.from({ length: 4 }, (_, index) => ({
  key: `key ${index}`,
  isAccepted: index > 0,
  isOfClient: true,
  ticket: null,
}));
const log = answered.slice(1).map(({ key }, index) => ({
  position: index + 1,
  id: key,
  ticketId: key,
  number: 1,
  key,
  deadline: null,
  sets: [],
  settledAt: null,
}));
const ids = log.map(({ id }) => id);

const SOUND: Run = {
  load: { answered, answeredAt: [0, 1_000, 2_000, 3_000], failures: new Map([['connection: econnreset', 3]]) },
  recorders: [{ name: 'sse', ids, reconnections: 0, failure: null }],
  sink: { ids, unsigned: 0 },
  replicas: [{ name: 'replica 1', crashes: 0 }],
  outages: [],
  log,
  seconds: 3,
  mostLateMs: 5_000,
};

const judge = (changes: Partial<Run>) => verdictOf({ ...SOUND, ...changes });

describe('the verdict on a run of faults', () => {
  it('finds nothing in a run that keeps every promise', () => {
    expect(judge({}).violations).toEqual([]);
  });

  it('accepts the errors that are documented, however often they come', () => {
    const codes = [
      'SERVICE_UNAVAILABLE',
      'INSUFFICIENT_STORAGE',
      'TOO_BUSY',
      'LOCKED',
      'OPERATION_TIMED_OUT',
      'HTTP_503',
    ];
    expect(judge({ load: { ...SOUND.load, failures: new Map(codes.map((code) => [code, 9])) } }).violations).toEqual(
      [],
    );
  });

  it.each(['INTERNAL_SERVER_ERROR', 'FORBIDDEN', 'HTTP_500', 'HTTP_404', 'RATE_LIMITED'])('finds %s', (code) => {
    const { violations } = judge({ load: { ...SOUND.load, failures: new Map([[code, 1]]) } });
    expect(violations).toEqual([`unexpected: a client got ${code}`]);
  });

  it('finds a replica that exited, a subscriber that cannot go on, and a wrong signature', () => {
    expect(judge({ replicas: [{ name: 'replica 1', crashes: 1 }] }).violations).toEqual([
      'exited: replica 1 ended by itself',
    ]);
    const recorders = SOUND.recorders.map((one) => ({ ...one, failure: 'CURSOR_EXPIRED' }));
    expect(judge({ recorders }).violations).toEqual(['ended: sse: CURSOR_EXPIRED']);
    expect(judge({ sink: { ids, unsigned: 2 } }).violations).toEqual(['unsigned: 2 messages have a wrong signature']);
  });

  it('finds that too few mutations were carried out, and does not count other clients of the database', () => {
    const few = answered.map((one, index) => ({ ...one, isAccepted: one.isAccepted && index > 1 }));
    const load = { ...SOUND.load, answered: few };
    expect(judge({ load, log: [] }).violations).toContain('accepted: only 2 of 4 mutations were carried out');
    const mixed = few.map((one, index) => ({ ...one, isOfClient: index > 1 }));
    const verdict = judge({ load: { ...SOUND.load, answered: mixed } });
    expect(verdict.figures).toMatchObject({ mutations: 2, accepted: 2 });
    expect(verdict.violations).not.toContainEqual(expect.stringContaining('accepted:'));
    const none = judge({ load: { ...SOUND.load, answered: [] } });
    expect(none.violations).toContain('accepted: only 0 of 0 mutations were carried out');
  });

  it('measures the rate of accepted mutations outside outages', () => {
    const epoch = Date.now() - performance.now();
    expect(judge({}).figures['accepted a second, outside outages']).toBe(1);
    const outages = [{ from: epoch + 500, to: epoch + 2_500 }];
    expect(judge({ outages }).figures).toMatchObject({
      'accepted a second, outside outages': 1,
      '200 a second': 'not reached',
    });
    const many = Array.from({ length: 600 }, (_, index) => ({ ...answered[1], key: `many ${index}` }));
    const load = { ...SOUND.load, answered: many, answeredAt: many.map((_, index) => index) } as Run['load'];
    expect(judge({ load }).figures['200 a second']).toBe('reached');
  });
});
