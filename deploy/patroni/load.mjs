// Writers that repeat each request with its key until it is acknowledged, and a subscriber that
// keeps what it gets.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

const require = createRequire(import.meta.url);

const SUBMIT = `mutation ($input: SubmitTicketInput!) {
  submitTicket(input: $input) { ticket { id } userErrors { code message } } }`;
const COMMUNICATE = `mutation ($input: CommunicateInput!) {
  communicate(input: $input) { ticket { id } userErrors { code message } } }`;
const EVENTS = `subscription ($after: EventCursor) {
  ticketEvents(after: $after) { cursor event { id number } ticket { id } } }`;

const IMPACTS = [{ audience: 'SOME_END_USERS', consequence: 'ORDERING_BLOCKED' }];
/** A client gives up an attempt, and repeats it. */
const ATTEMPT_MS = 5_000;

export const key = (n) => `key-${String(n).padStart(7, '0')}`;

/** One attempt; the ticket, or null if nothing was acknowledged. */
async function attempt(url, request) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(ATTEMPT_MS),
    });
    const { data, errors } = await response.json();
    if (errors !== undefined) return { ticket: null, error: errors[0].extensions?.code ?? errors[0].message };
    const { ticket, userErrors } = Object.values(data)[0];
    if (userErrors.length > 0) throw new Refused(JSON.stringify(userErrors));
    return { ticket: ticket.id, error: null };
  } catch (error) {
    if (error instanceof Refused) throw error;
    return { ticket: null, error: error.name === 'TimeoutError' ? 'no answer' : 'connection lost' };
  }
}

class Refused extends Error {}

/** @param urls the processes of the service; an attempt that fails is repeated at the next one */
export function startWriters(urls, { writers, pauseMs }) {
  const tickets = [];
  const acknowledged = [];
  const failures = new Map();
  let next = 0;
  let isOver = false;

  const requestOf = (idempotencyKey) => {
    // Every tenth opens a ticket; the others change one.
    if (tickets.length < 20 || next % 10 === 0) {
      const input = { subject: idempotencyKey, impacts: IMPACTS, idempotencyKey };
      return { query: SUBMIT, variables: { input } };
    }
    const ticketId = tickets[Math.floor(Math.random() * Math.min(tickets.length, 200))];
    const input = { ticketId, direction: 'OUTBOUND', body: idempotencyKey, idempotencyKey };
    return { query: COMMUNICATE, variables: { input } };
  };

  const write = async (index) => {
    while (!isOver) {
      next += 1;
      const idempotencyKey = key(next);
      const request = requestOf(idempotencyKey);
      for (let at = index; ; at += 1) {
        const begunAt = performance.now();
        const { ticket, error } = await attempt(urls[at % urls.length], request);
        if (ticket !== null) {
          if (request.query === SUBMIT) tickets.push(ticket);
          acknowledged.push({ idempotencyKey, begunAt, at: performance.now() });
          break;
        }
        failures.set(error, (failures.get(error) ?? 0) + 1);
        await sleep(100 + Math.random() * 200);
      }
      await sleep(pauseMs);
    }
  };
  const running = Array.from({ length: writers }, (_, index) => write(index));
  return {
    acknowledged,
    failures,
    stop: async () => {
      isOver = true;
      await Promise.all(running);
    },
  };
}

/** Reads with the client of this repository, which resumes after its last event by itself. */
export function startSubscriber(url) {
  const { createClient } = require('../../packages/client');
  const client = createClient({ url, webSocketImpl: WebSocket });
  const received = [];
  let failure = null;
  const read = async () => {
    for await (const { ticketEvents } of client.subscribe(EVENTS, { after: 'e0000000000000000' })) {
      received.push({ id: ticketEvents.event.id, number: ticketEvents.event.number, ticket: ticketEvents.ticket.id });
    }
  };
  read().catch((error) => {
    failure = error;
  });
  return {
    received,
    failure: () => failure,
    close: () => client.close(),
  };
}
