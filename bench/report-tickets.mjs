// Creates a hundred thousand tickets to report on: lives of thirteen months, each with four to six
// cycles kept or breached.
import { createRequire } from 'node:module';
import { randomFrom } from './calendar-questions.mjs';
import { changeTicketsOn } from './service.mjs';

const require = createRequire(import.meta.url);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const BATCH = 250;
const COPIES = 10;

const impact = (audience, consequence) => [{ audience, consequence, note: null }];
const SEV3 = impact('ADMINISTRATORS', 'DEGRADED');
const SEV4 = impact('NOBODY', 'QUESTION');
const IMPACTS = [
  impact('ALL_END_USERS', 'ORDERING_BLOCKED'),
  impact('SOME_END_USERS', 'ORDERING_BLOCKED'),
  SEV3,
  SEV3,
  SEV4,
];
const message = { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'We are on it.' };
const workaround = {
  type: 'applyWorkaround',
  description: 'Orders by phone',
  remaining: impact('NOBODY', 'DEGRADED'),
};
const resolve = { type: 'resolve', resolution: 'Fixed' };
const close = { type: 'close', reason: null };
const wait = { type: 'startWaiting', reason: 'CLIENT' };
const answer = { type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body: 'Here you are.' };
const LIVES = [
  [{ type: 'acknowledge' }, message, workaround, message, resolve, close],
  [message, message, message, resolve, close],
  [message, wait, answer, message, resolve, close],
  [{ type: 'acknowledge' }, message, message],
];

/**
 * Creates a tenth of the tickets through the service and copies their rows for the others, with
 * other ids, clients and assignees.
 */
export const ticketsToReport = async (store, count) => {
  const { v7: newId } = require('uuid');
  const { pool } = store;
  const changeTickets = changeTicketsOn(store);
  const clients = await Promise.all(
    Array.from({ length: COPIES }, (_, copy) => store.clients.ensureClient(`Bench ${copy}`)),
  );
  const actor = { kind: 'AGENT', id: 'bench', name: 'Bench' };
  const random = randomFrom(11);
  const began = Date.now() - 400 * DAY;
  const changes = Array.from({ length: count / COPIES }, () => {
    const openedAt = began + random(370 * 24 * 60) * MINUTE;
    let at = openedAt;
    const steps = LIVES[random(LIVES.length)].map((command) => {
      at += (1 + random(4 * 24 * 60)) * MINUTE;
      return { command, at };
    });
    // A running service records what falls due.
    steps.push({ command: 'LET_PASS', at: began + 400 * DAY });
    const input = {
      clientId: clients[0].id,
      subject: 'Checkout is down',
      description: 'Since this morning the checkout answers with an error after the address was entered.',
      reporter: `Caller ${random(500)}`,
      assignee: `Agent ${random(40)}`,
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
  for (let from = 0; from < changes.length; from += BATCH) await changeTickets(changes.slice(from, from + BATCH));
  for (let copy = 1; copy < COPIES; copy += 1) await copyTickets(pool, clients[0].id, clients[copy].id, copy);
  await pool.query('VACUUM ANALYZE');
};

/** Copies every ticket of one client to another, with the rows that reports read. */
const copyTickets = async (pool, from, to, copy) => {
  const { rows } = await pool.query(
    `SELECT table_name, column_name FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name IN ('tickets', 'commitment_outcomes', 'ticket_milestones')
        AND column_name <> 'number' ORDER BY ordinal_position`,
  );
  const changed = {
    id: `md5(id::text || ${copy})::uuid`,
    ticket_id: `md5(ticket_id::text || ${copy})::uuid`,
    client_id: `'${to}'::uuid`,
    assignee: `assignee || ' of ${copy}'`,
  };
  for (const table of ['tickets', 'commitment_outcomes', 'ticket_milestones']) {
    const columns = rows.filter(({ table_name }) => table_name === table).map(({ column_name }) => `"${column_name}"`);
    const values = columns.map((column) => changed[column.replaceAll('"', '')] ?? column);
    await pool.query(`INSERT INTO ${table} (${columns}) SELECT ${values} FROM ${table} WHERE client_id = $1`, [from]);
  }
};
