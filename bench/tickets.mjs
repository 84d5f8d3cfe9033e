// Creates tickets to read: more than ten thousand, in every stage, from the last two weeks.
import { createRequire } from 'node:module';
import { randomFrom } from './calendar-questions.mjs';
import { changeTicketsOn } from './service.mjs';

const require = createRequire(import.meta.url);
const MINUTE = 60_000;
const BATCH = 250;

const impact = (audience, consequence) => [{ audience, consequence, note: null }];
const IMPACTS = [
  impact('ALL_END_USERS', 'ORDERING_BLOCKED'),
  impact('SOME_END_USERS', 'ORDERING_BLOCKED'),
  impact('ADMINISTRATORS', 'DEGRADED'),
];
const LIFE = [
  { type: 'acknowledge' },
  { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'We are on it.' },
  { type: 'applyWorkaround', description: 'Orders by phone', remaining: impact('ADMINISTRATORS', 'DEGRADED') },
  { type: 'startWaiting', reason: 'CLIENT' },
  { type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body: 'Here you are.' },
  { type: 'resolve', resolution: 'Fixed' },
  { type: 'close', reason: null },
];

/** Opens a number of tickets and takes each to a random stage. @returns their ids. */
export const openTickets = async (store, count) => {
  const { v7: newId } = require('uuid');
  const changeTickets = changeTicketsOn(store);
  const client = await store.clients.ensureClient('Bench');
  const actor = { kind: 'AGENT', id: 'bench', name: 'Bench' };
  const random = randomFrom(7);
  const began = Date.now() - 14 * 24 * 60 * MINUTE;
  const changes = Array.from({ length: count }, (_, place) => {
    const openedAt = began + random(13 * 24 * 60) * MINUTE;
    let at = openedAt;
    const steps = LIFE.slice(0, random(LIFE.length + 1)).map((command) => {
      at += (1 + random(120)) * MINUTE;
      return { command, at };
    });
    const input = {
      clientId: client.id,
      subject: `Checkout is down, report ${place}`,
      description: 'Since this morning the checkout answers with an error after the address was entered.',
      reporter: `Caller ${random(500)}`,
      assignee: null,
      channel: 'EXTRANET',
      externalId: null,
      externalUrl: null,
      tags: ['checkout'],
      followUpOf: null,
      impacts: IMPACTS[random(IMPACTS.length)],
    };
    const submit = { input, at: openedAt, evidence: null };
    return { ticketId: newId(), submit, steps, actor, sees: 'ALL', expectedVersion: null, idempotency: null };
  });
  for (let from = 0; from < count; from += BATCH) await changeTickets(changes.slice(from, from + BATCH));
  await store.pool.query('VACUUM ANALYZE tickets');
  return changes.map(({ ticketId }) => ticketId);
};
