import { expect, test } from '@jest/globals';
import { spillEvents } from '../../src/adapters/archive/spilled-events';
import { OperatorError } from '../../src/application/operator-error';
import type { ArchiveRecord } from '../../src/application/ports/archive';
import { CommitUnknownError, InsufficientStorageError, StoreBusyError } from '../../src/application/ports/store-errors';
import { type RestorePorts, restoreArchive } from '../../src/application/restore/restore-archive';
import { schemaVersionOf } from '../../src/domain/ticket/upcast';
import { CIMCLOUD, ny, SEV2, Story } from '../support/domain';

const AT = ny('2026-11-16 09:00');
const [event] = new Story(SEV2, AT).events;
if (event === undefined) throw new Error('A story begins with an event');
const { type, ticketId, number, at, actor, ...data } = event;

/** A full export of tickets with one event each. */
function* recordsOf(tickets: number): Generator<ArchiveRecord> {
  yield { kind: 'header', exportedAt: AT, policies: 0, clients: 0, tickets, events: tickets, lastNumber: tickets };
  for (let place = 1; place <= tickets; place += 1) {
    const id = `00000000-0000-7000-8000-${`${place}`.padStart(12, '0')}`;
    yield { kind: 'ticket', id, number: place, version: 1 };
    yield {
      ...{ kind: 'event', ticketId: id, number, type, at, recordedAt: at, actor, data },
      schemaVersion: schemaVersionOf(type),
    };
  }
}

/** Restores 600 tickets; the second batch fails. */
async function failing(error: Error, from: 'STORE' | 'FILE'): Promise<unknown> {
  let batches = 0;
  const ports: RestorePorts = {
    store: {
      addPoliciesAndClients: async () => [],
      advanceNumbers: async () => undefined,
      completeNames: async () => undefined,
      addTickets: async (tickets) => {
        batches += 1;
        if (batches === 2 && from === 'STORE') throw error;
        return tickets.map(() => 'ADDED');
      },
    },
    policies: { known: () => CIMCLOUD } as unknown as RestorePorts['policies'],
    isStoreFault: () => false,
    isRejection: () => false,
    spill: spillEvents,
    onReport: (report) => {
      throw new Error(JSON.stringify(report));
    },
    onHeader: () => undefined,
    onProgress: () => undefined,
  };
  async function* records() {
    let line = 0;
    for (const record of recordsOf(600)) {
      line += 1;
      if (from === 'FILE' && line === 800) throw error;
      yield { record, line, characters: 100 };
    }
  }
  return await restoreArchive(records(), ports).catch((thrown: unknown) => thrown);
}

test.each([
  [
    'STORE',
    new StoreBusyError('All connections are in use'),
    /^The restore ended: all connections are in use\. 250 tickets are restored\. Run the same command again to go on/,
  ],
  [
    'STORE',
    new InsufficientStorageError(),
    /^The restore ended: the disk .* is full .*\. 250 tickets are restored\. Make room on it, then run the same command/,
  ],
  [
    'STORE',
    Object.assign(new Error('gone'), { code: 'ECONNRESET' }),
    /^The database went away during .*: 250 tickets are/,
  ],
  ['STORE', new CommitUnknownError(null), /: at least 250 tickets are restored\. Run the same command again to go on/],
  [
    'FILE',
    new OperatorError('Line 800 is not JSON.'),
    /^Line 800 is not JSON\. 250 tickets are restored\. Run the import again/,
  ],
] as const)('an end by the %s (%s) says what is restored and how to go on', async (from, error, sentence) => {
  const thrown = await failing(error, from);
  expect(thrown).toBeInstanceOf(OperatorError);
  expect((thrown as Error).message).toMatch(sentence);
});
