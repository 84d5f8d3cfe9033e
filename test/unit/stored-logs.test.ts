import { describe, expect, it } from '@jest/globals';
import { sameApartFromEmpty } from '../../src/application/tickets/matches-log';
import { foldAll } from '../../src/domain/ticket/fold';
import { EVENT_TYPES } from '../support/event-types';
import { readStoredLog, STORED_RELEASES, storedEvents } from '../support/stored-logs';

const cases = STORED_RELEASES.map(readStoredLog).flatMap((log) =>
  log.tickets.map((ticket) => [log.release, ticket.id, log, ticket] as const),
);

describe('the logs that releases stored', () => {
  it('begin with the oldest', () => {
    expect(STORED_RELEASES.slice(0, 4)).toEqual([
      '0.1.0-before-calendars',
      '0.1.0-before-versions',
      '0.1.0-before-waiver-proposals',
      '0.1.0',
    ]);
  });

  it.each(cases)('%s folds to the ticket %s as it was stored then', (_release, id, log, stored) => {
    const events = storedEvents(log, id);
    expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
    const folded = foldAll(events);
    // Fields that came later are in what is folded and not in what was stored.
    expect(folded).toMatchObject(stored);
    for (const [field, value] of Object.entries(stored)) {
      expect([field, sameApartFromEmpty(folded[field as keyof typeof folded], value)]).toEqual([field, true]);
    }
  });

  it('have every event type in the newest', () => {
    const newest = readStoredLog(STORED_RELEASES.at(-1) ?? '');
    const types = new Set(newest.rows.map(({ type }) => type));
    expect([...types].sort()).toEqual([...EVENT_TYPES].sort());
  });

  it('have a SUBMITTED from before clients had calendars, which is read as one without replacements', () => {
    const log = readStoredLog('0.1.0-before-calendars');
    expect(log.rows[0]).toMatchObject({ type: 'SUBMITTED', data: expect.not.objectContaining({ calendars: {} }) });
    expect(storedEvents(log, log.tickets[0]?.id ?? '')[0]).toMatchObject({ calendars: {} });
  });

  it('have a SUBMITTED from before events had versions, which keeps its calendars', () => {
    const log = readStoredLog('0.1.0-before-versions');
    expect(log.rows[0]?.schema_version).toBeUndefined();
    expect(storedEvents(log, log.tickets[0]?.id ?? '')[0]).toMatchObject({ calendars: { business: 'roundTheClock' } });
  });
});
