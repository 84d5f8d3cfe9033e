import { expect, it } from '@jest/globals';
import { rowOf } from '../../src/adapters/persistence/tickets/ticket-row';
import { ticketRecordOf } from '../../src/application/tickets/decide-changes';
import type { Policy } from '../../src/domain/policy/policy';
import { CIMCLOUD, ny, SEV1, Story } from '../support/domain';

it('the row of a ticket has the severities at which its policy asks for a call', () => {
  const asking = (...asked: readonly string[]): Policy => ({
    ...CIMCLOUD,
    severities: CIMCLOUD.severities.map((level) => ({
      ...level,
      clientActions: asked.includes(level.severity) ? ['SUBMIT_TICKET', 'CALL'] : ['SUBMIT_TICKET'],
    })),
  });
  const rowUnder = (policy: Policy) => {
    const { ticket, events } = new Story(SEV1, ny('2026-11-16 09:00'), policy);
    return rowOf(ticketRecordOf({ ticket, stored: null, policy, events }, 0)).call_severities;
  };
  expect([rowUnder(CIMCLOUD), rowUnder(asking()), rowUnder(asking('SEV2', 'SEV3'))]).toEqual([
    ['SEV1'],
    [],
    ['SEV2', 'SEV3'],
  ]);
});
