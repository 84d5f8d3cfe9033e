import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { slaOf } from '../../src/adapters/persistence/tickets/sla-columns-of';
import { rowOf, timeRowOf } from '../../src/adapters/persistence/tickets/ticket-row';
import { letPass } from '../../src/domain/ticket/decide';
import type { Ticket } from '../../src/domain/ticket/ticket';
import { gap, history, play } from '../support/histories';

const NEVER = { createdAt: 0, updatedAt: 0 };

it('marks and breaches change only the columns that are written for them', () => {
  fc.assert(
    fc.property(history, gap, (given, later) => {
      const { story, end } = play(given);
      const { policy, ticket: before } = story;
      const { ticket: after, events } = letPass(before, end + later, policy);
      fc.pre(events.every(({ type }) => type === 'MARK_REACHED' || type === 'COMMITMENT_BREACHED'));
      const row = (ticket: Ticket) => rowOf({ ...ticket, ...NEVER }, slaOf(ticket, policy));
      expect({ ...row(before), ...timeRowOf({ ...after, ...NEVER }, slaOf(after, policy)) }).toEqual(row(after));
    }),
    { numRuns: 250 },
  );
});
