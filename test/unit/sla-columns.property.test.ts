import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rowOf, timeRowOf } from '../../src/adapters/persistence/tickets/ticket-row';
import { ticketRecordOf } from '../../src/application/tickets/decide-changes';
import { letPass } from '../../src/domain/ticket/decide';
import type { Ticket } from '../../src/domain/ticket/ticket';
import { gap, history, play } from '../support/histories';

const NEVER = { number: 1, createdAt: 0, updatedAt: 0 };

it('marks and breaches change only the columns that are written for them', () => {
  fc.assert(
    fc.property(history, gap, (given, later) => {
      const { story, end } = play(given);
      const { policy, ticket: before } = story;
      const { ticket: after, events } = letPass(before, end + later, policy);
      fc.pre(events.every(({ type }) => type === 'MARK_REACHED' || type === 'COMMITMENT_BREACHED'));
      const stored = { ...before, ...NEVER };
      const record = (ticket: Ticket) => ticketRecordOf({ ticket, stored, policy, events }, 0);
      expect({ ...rowOf(record(before)), ...timeRowOf(record(after)) }).toEqual(rowOf(record(after)));
    }),
    { numRuns: 250 },
  );
});
