import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { toGlobalId } from '../../src/adapters/graphql/base/global-id';
import { createApiKeys } from '../../src/adapters/persistence/access/postgres-api-keys';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { createEventLog } from '../../src/adapters/persistence/log/postgres-event-log';
import { createTicketPasts } from '../../src/adapters/persistence/tickets/postgres-ticket-pasts';
import { createWebhookQueue } from '../../src/adapters/persistence/webhooks/postgres-webhook-queue';
import { createWebhooks } from '../../src/adapters/persistence/webhooks/postgres-webhooks';
import { secretBoxOf } from '../../src/adapters/webhooks/encryption-keys';
import { OWN_WORK } from '../../src/application/ports/caller';
import type { EventLog, PlacedEvent } from '../../src/application/ports/event-log';
import type { WebhookAnswer, WebhookRequest } from '../../src/application/ports/webhook-sender';
import type { SealedWebhook, Webhook, WebhookDelivery } from '../../src/application/ports/webhooks';
import { DeliverySender } from '../../src/application/webhooks/delivery-sender';
import { DeliverySubjects } from '../../src/application/webhooks/delivery-subjects';
import { EnabledWebhooks } from '../../src/application/webhooks/enabled-webhooks';
import { LogMatcher } from '../../src/application/webhooks/log-matcher';
import { WebhookDispatcher } from '../../src/application/webhooks/webhook-dispatcher';
import { newSecrets, sealSecrets } from '../../src/application/webhooks/webhook-secrets';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/instant';
import { AGENT, commands, newTicket, openStore, submission, type TestStore } from '../support/store';
import { until, untilTrue } from '../support/until';
import { ACCEPTED } from '../support/webhook-samples';

const KEYS = [{ id: 'test', key: Buffer.alloc(32, 1) }];

let store: TestStore;
let other: string;
beforeAll(async () => {
  store = await openStore();
  other = (await createClientAccounts(store).ensureClient('Other')).id;
});
afterAll(async () => {
  await store?.close();
});
beforeEach(async () => {
  await store.pool.query('DELETE FROM webhooks');
});

type Log = Pick<EventLog, 'after' | 'bounds'>;
type Send = (request: WebhookRequest) => WebhookAnswer | Promise<WebhookAnswer>;

const FAILED: WebhookAnswer = { ...ACCEPTED, statusCode: 500, error: 'The endpoint answered 500.' };

/** What one process does with webhooks. */
function processOf(
  send: Send,
  {
    keys = KEYS,
    beforeSubjects = async (): Promise<void> => undefined,
    duringSubjects = async (): Promise<void> => undefined,
    log = createEventLog(store.pool, 'lookups') as Log,
  } = {},
) {
  const queue = createWebhookQueue(store.pool);
  const reading = { pasts: createTicketPasts(store.pool), policies: store.policies };
  const webhooks = new EnabledWebhooks(queue, store.clock);
  const damaged: unknown[] = [];
  const newer: string[] = [];
  const matcher = new LogMatcher({
    ...reading,
    log,
    queue,
    webhooks,
    clock: store.clock,
    onDamaged: (error) => damaged.push(error),
    onNewer: ({ error }) => newer.push(error.message),
    onMissed: () => undefined,
  });
  const subjects = new DeliverySubjects({ ...reading, reader: store.reader, queue });
  const errors: unknown[] = [];
  const disabled: Webhook[] = [];
  const sender = new DeliverySender({
    queue,
    webhooks,
    subjects: {
      of: async (deliveries: readonly WebhookDelivery[]) => {
        await beforeSubjects();
        const readers = await subjects.of(deliveries);
        return readers.map((read) => async () => {
          await duringSubjects();
          return read();
        });
      },
    },
    sender: { send: async (request) => send(request) },
    secrets: secretBoxOf(keys),
    ids: toGlobalId,
    clock: store.clock,
    random: () => 0,
    onFree: () => dispatcher.wakeSending(),
    onDisabled: (webhook) => disabled.push(webhook),
    onError: (error) => errors.push(error),
  });
  const dispatcher = new WebhookDispatcher(matcher, sender, { pollMs: 20, onError: (error) => errors.push(error) });
  return { webhooks, matcher, sender, dispatcher, errors, damaged, newer, disabled, queue };
}

async function addWebhook(more: Partial<SealedWebhook> = {}): Promise<string> {
  const id = newId();
  const log = createEventLog(store.pool, 'lookups');
  await log.place();
  const now = store.clock.now();
  await createWebhooks(store.pool).add(
    {
      id,
      url: `https://hooks.test/${id}`,
      description: null,
      format: 'STANDARD',
      filter: {},
      clientIds: null,
      reportsDisabledWebhooks: false,
      disabledReason: null,
      disabledAt: null,
      failingSince: null,
      position: (await log.bounds()).newest,
      payloadVersion: 1,
      version: 1,
      createdAt: now,
      createdBy: AGENT,
      updatedAt: now,
      owner: AGENT,
      sealed: sealSecrets(secretBoxOf(KEYS), id, newSecrets({ url: null, routingKey: null })),
      ...more,
    },
    null,
  );
  return id;
}

const open = async (clientId = store.client.id): Promise<string> => {
  const opened = submission(newTicket(clientId));
  await store.changeTickets([opened]);
  return opened.ticketId;
};
const place = () => createEventLog(store.pool, 'lookups').place();
const deliveriesOf = async (webhookId: string): Promise<readonly WebhookDelivery[]> => {
  const page = { count: 500, from: 'START', after: null, before: null } as const;
  const filter = { webhookId, statuses: null };
  const { edges } = await createWebhooks(store.pool).deliveries(OWN_WORK, filter, page);
  return edges.map(({ node }) => node);
};
const webhook = (id: string) => createWebhookQueue(store.pool).webhook(id);

/** An endpoint that answers when the test says so. */
function pendingSend() {
  let resolve: ((answer: WebhookAnswer) => void) | null = null;
  const send: Send = () =>
    new Promise((done) => {
      resolve = done;
    });
  return { send, isSending: () => resolve !== null, answer: (answer: WebhookAnswer) => resolve?.(answer) };
}

describe('several processes', () => {
  it('send each event once, and those of a ticket in their order', async () => {
    const sent: { readonly url: string; readonly id: string; readonly ticket: string; readonly number: number }[] = [];
    const send: Send = ({ url, headers, body }) => {
      const { event, ticket } = JSON.parse(body).data;
      sent.push({ url, id: headers['webhook-id'] ?? '', ticket: ticket.id, number: event.number });
      return ACCEPTED;
    };
    const ids = [await addWebhook(), await addWebhook(), await addWebhook()];
    const processes = [processOf(send), processOf(send), processOf(send)];
    for (const { dispatcher } of processes) dispatcher.start();
    const tickets = await Promise.all(Array.from({ length: 12 }, () => open()));
    for (const ticket of tickets) {
      await store.changeTickets([commands(ticket, [{ type: 'acknowledge' }, { type: 'resolve', resolution: null }])]);
    }
    await place();
    const wanted = 3 * 12 * 3;
    await untilTrue(() => sent.length >= wanted);
    await Promise.all(processes.map(({ dispatcher }) => dispatcher.close()));
    expect(processes.flatMap(({ errors }) => errors)).toEqual([]);
    expect(sent).toHaveLength(wanted);
    expect(new Set(sent.map(({ url, id }) => `${url} ${id}`)).size).toBe(wanted);
    for (const id of ids) {
      for (const ticket of tickets) {
        const numbers = sent.filter((one) => one.url.endsWith(id) && one.ticket === toGlobalId('Ticket', ticket));
        expect(numbers.map(({ number }) => number)).toEqual([1, 2, 3]);
      }
    }
  });

  it('take over from one that was stopped, which cannot overwrite what they have recorded', async () => {
    const id = await addWebhook();
    await open();
    await place();
    const { send, isSending, answer } = pendingSend();
    const stopped = processOf(send);
    await stopped.matcher.match();
    expect(await stopped.sender.sendDue()).toBe(1);
    await untilTrue(isSending);
    const running = processOf(() => ACCEPTED);
    expect(await running.sender.sendDue()).toBe(0);
    store.clock.move(2 * MINUTE_MS);
    expect(await running.sender.sendDue()).toBe(1);
    await until(
      () => deliveriesOf(id),
      ([one]) => one?.status === 'DELIVERED',
    );
    await untilTrue(() => running.sender.counts.inFlight === 0);
    answer(FAILED);
    await untilTrue(() => stopped.sender.counts.inFlight === 0);
    expect(stopped.sender.counts).toMatchObject({ fenced: 1, failedAttempts: 0, delivered: 0 });
    expect(await deliveriesOf(id)).toMatchObject([{ status: 'DELIVERED', attempts: 1, error: null }]);
    expect((await webhook(id))?.failingSince).toBe(null);
  });

  it('count each attempt once when one that was stopped comes back before the next', async () => {
    const id = await addWebhook();
    await open();
    await place();
    const { send, isSending, answer } = pendingSend();
    const stopped = processOf(send);
    await stopped.matcher.match();
    await stopped.sender.sendDue();
    await untilTrue(isSending);
    store.clock.move(2 * MINUTE_MS);
    const running = processOf(() => FAILED);
    await running.sender.sendDue();
    await untilTrue(() => running.sender.counts.inFlight === 0);
    answer(FAILED);
    await untilTrue(() => stopped.sender.counts.inFlight === 0);
    expect(stopped.sender.counts.fenced).toBe(1);
    expect(await deliveriesOf(id)).toMatchObject([{ status: 'PENDING', attempts: 1 }]);
  });

  it('leave it to each other when one was stopped between the claim and the request', async () => {
    const id = await addWebhook();
    await open();
    await place();
    let requests = 0;
    const count: Send = () => {
      requests += 1;
      return ACCEPTED;
    };
    const late = processOf(count, { beforeSubjects: async () => store.clock.move(45_000) });
    await late.matcher.match();
    await late.sender.sendDue();
    await untilTrue(() => late.sender.counts.inFlight === 0);
    expect(requests).toBe(0);
    expect(await deliveriesOf(id)).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
    await processOf(count).sender.sendDue();
    await until(
      () => deliveriesOf(id),
      ([one]) => one?.status === 'DELIVERED',
    );
    expect(requests).toBe(1);
  });

  it.each([
    ['before any message is made', { beforeSubjects: () => Promise.reject(databaseIsDown()) }],
    ['while one is made', { duringSubjects: () => Promise.reject(databaseIsDown()) }],
  ])('is no attempt of the endpoint when the database fails %s', async (_when, failing) => {
    const id = await addWebhook();
    await open();
    await place();
    let requests = 0;
    const count: Send = () => {
      requests += 1;
      return ACCEPTED;
    };
    const failed = processOf(count, failing);
    await failed.matcher.match();
    await failed.sender.sendDue();
    await untilTrue(() => failed.sender.counts.inFlight === 0);
    expect(failed.errors).toEqual([expect.objectContaining({ code: 'ECONNREFUSED' })]);
    expect(await deliveriesOf(id)).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
    expect(failed.sender.counts.failedAttempts).toBe(0);
    const later = processOf(count);
    expect(await later.sender.sendDue()).toBe(0);
    store.clock.move(5_000);
    await later.sender.sendDue();
    await untilTrue(() => later.sender.counts.inFlight === 0);
    expect(await deliveriesOf(id)).toMatchObject([{ status: 'DELIVERED', attempts: 1 }]);
    expect(requests).toBe(1);
  });
});

const databaseIsDown = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** Inserts an event with a position: a copy of the second one of a ticket, with other values. */
async function insertCopy(ticketId: string, number: number, changed: { type?: string; data?: string }): Promise<void> {
  await store.pool.query(
    `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data, schema_version)
     SELECT ticket_id, client_id, $2, coalesce($3, type), at, recorded_at, actor, coalesce($4, data), schema_version
       FROM events WHERE ticket_id = $1 AND number = 2`,
    [ticketId, number, changed.type, changed.data],
  );
  await place();
}

/** The log as a newer version reads it, which knows all types. */
function logOfNewerVersion(): Log {
  const log = createEventLog(store.pool, 'lookups');
  return {
    bounds: () => log.bounds(),
    after: async (position, limit) => {
      const page = await log.after(position, limit);
      const read = page.unreadable.map(
        ({ position, error: { ticketId, number } }) =>
          ({ position, ticketId, number, clientId: store.client.id, type: 'FORETOLD' }) as unknown as PlacedEvent,
      );
      return { ...page, entries: [...page.entries, ...read].sort((a, b) => a.position - b.position), unreadable: [] };
    },
  };
}

describe('a process of an earlier version', () => {
  const numbersOf = async (id: string) => (await deliveriesOf(id)).map(({ eventNumber }) => eventNumber).reverse();
  /** A ticket whose third event is of a newer version. */
  async function openWithNewerEvent(): Promise<string> {
    const ticket = await open();
    await store.changeTickets([commands(ticket, [{ type: 'acknowledge' }])]);
    await insertCopy(ticket, 3, { type: 'FORETOLD' });
    await insertCopy(ticket, 4, {});
    return ticket;
  }

  it('leaves an event of a newer version to a process that can read it, and goes on after it', async () => {
    const id = await addWebhook();
    await openWithNewerEvent();
    const older = processOf(() => ACCEPTED);
    expect(await older.matcher.match()).toEqual({ hasMore: false, added: 2 });
    expect(await older.matcher.match()).toEqual({ hasMore: false, added: 0 });
    expect(await numbersOf(id)).toEqual([1, 2]);
    expect(older.newer).toEqual([expect.stringContaining('does not know the type FORETOLD')]);
    expect(older.matcher.newer).not.toBeNull();

    const newer = processOf(() => ACCEPTED, { log: logOfNewerVersion() });
    expect(await newer.matcher.match()).toEqual({ hasMore: false, added: 2 });
    await open();
    await place();
    older.webhooks.forget();
    expect(await older.matcher.match()).toEqual({ hasMore: false, added: 1 });
    expect(await numbersOf(id)).toEqual([1, 2, 3, 4, 1]);
    expect(older.matcher.newer).toBeNull();
  });

  it('leaves also a later event whose ticket it cannot read for a filter', async () => {
    const id = await addWebhook({ filter: { severity: { from: 'SEV4', to: 'SEV1' } } as never });
    const position = (await createEventLog(store.pool).bounds()).newest;
    await openWithNewerEvent();
    await store.pool.query('UPDATE webhooks SET position = $2 + 3 WHERE id = $1', [id, position]);
    const older = processOf(() => ACCEPTED);
    expect(await older.matcher.match()).toEqual({ hasMore: false, added: 0 });
    expect((await webhook(id))?.position).toBe(position + 3);
    expect(older.newer).toEqual([expect.stringContaining('does not know the type FORETOLD')]);
    expect(older.damaged).toEqual([]);
  });

  it('gives back a delivery that it cannot make, without an attempt, and sends the others', async () => {
    const id = await addWebhook();
    await openWithNewerEvent();
    await processOf(() => ACCEPTED, { log: logOfNewerVersion() }).matcher.match();
    const ticket = await open();
    await place();
    const older = processOf(() => ACCEPTED);
    await older.matcher.match();
    const sendAll = async () => {
      await older.sender.sendDue();
      await untilTrue(() => older.sender.counts.inFlight === 0);
    };
    await sendAll();
    await sendAll();
    await sendAll();
    const all = await deliveriesOf(id);
    expect(all.find(({ ticketId }) => ticketId === ticket)?.status).toBe('DELIVERED');
    expect(all.find(({ eventNumber }) => eventNumber === 3)).toMatchObject({
      status: 'PENDING',
      attempts: 0,
      nextAttemptAt: store.clock.now() + 2_000,
    });
    expect((await webhook(id))?.failingSince).toBeNull();
  });
});

it('a damaged event is reported, and the others are sent', async () => {
  const id = await addWebhook();
  const ticket = await open();
  await store.changeTickets([commands(ticket, [{ type: 'acknowledge' }])]);
  await insertCopy(ticket, 3, { data: '{"effects": 7}' });
  await insertCopy(ticket, 4, {});
  const { matcher, damaged, newer } = processOf(() => ACCEPTED);
  await matcher.match();
  expect(await deliveriesOf(id)).toHaveLength(3);
  expect(damaged).toEqual([expect.objectContaining({ remedy: 'REPAIR', number: 3 })]);
  expect(newer).toEqual([]);
});

describe('an endpoint', () => {
  it('that does not answer holds up no other', async () => {
    const [slow, fast] = [await addWebhook(), await addWebhook()];
    const never = new Promise<WebhookAnswer>(() => undefined);
    const one = processOf(({ url }) => (url.endsWith(slow) ? never : ACCEPTED));
    for (let ticket = 0; ticket < 40; ticket++) await open();
    await place();
    await one.matcher.match();
    await untilTrue(async () => {
      await one.sender.sendDue();
      return (await deliveriesOf(fast)).every(({ status }) => status === 'DELIVERED');
    });
    expect(await deliveriesOf(fast)).toHaveLength(40);
    // It has not answered yet, so it gets one.
    await untilTrue(() => one.sender.counts.inFlight === 1);
    expect((await deliveriesOf(slow)).every(({ status }) => status === 'PENDING')).toBe(true);
  });

  it('that has failed gets one message at a time', async () => {
    await addWebhook();
    const never = new Promise<WebhookAnswer>(() => undefined);
    let isFirst = true;
    const one = processOf(() => {
      const answer = isFirst ? FAILED : never;
      isFirst = false;
      return answer;
    });
    await open();
    await place();
    await one.matcher.match();
    await one.sender.sendDue();
    await untilTrue(() => one.sender.counts.inFlight === 0);
    for (let ticket = 0; ticket < 5; ticket++) await open();
    await place();
    one.webhooks.forget();
    await one.matcher.match();
    expect([await one.sender.sendDue(), await one.sender.sendDue()]).toEqual([1, 0]);
  });

  it('that fails for five days is disabled, and the log of audits says why', async () => {
    const id = await addWebhook();
    await open();
    await place();
    const one = processOf(() => FAILED);
    await one.matcher.match();
    const attempt = async () => {
      one.webhooks.forget();
      await one.sender.sendDue();
      await untilTrue(() => one.sender.counts.inFlight === 0);
    };
    await attempt();
    const since = (await webhook(id))?.failingSince;
    expect(since).toBe(store.clock.now());
    store.clock.move(5 * DAY_MS - HOUR_MS);
    await attempt();
    expect((await webhook(id))?.disabledReason).toBe(null);
    store.clock.move(HOUR_MS);
    await attempt();
    expect(await webhook(id)).toMatchObject({ disabledReason: 'FAILING', disabledAt: store.clock.now() });
    expect(one.disabled.map((disabled) => disabled.id)).toEqual([id]);
    const { rows } = await store.pool.query(`SELECT detail FROM audit_events WHERE subject = $1 ORDER BY at DESC`, [
      id,
    ]);
    expect(rows[0].detail).toBe('FAILING: The endpoint answered 500.');
    expect(await deliveriesOf(id)).toMatchObject([{ status: 'PENDING', attempts: 3 }]);
  });

  it('gets a message that failed ten times never again, and then the next one of the ticket', async () => {
    const id = await addWebhook();
    const ticket = await open();
    await store.changeTickets([commands(ticket, [{ type: 'acknowledge' }])]);
    await place();
    const one = processOf(({ body }) => (body.includes('ticket.acknowledged') ? ACCEPTED : FAILED));
    await one.matcher.match();
    for (let attempt = 0; attempt < 10; attempt++) {
      one.webhooks.forget();
      await one.sender.sendDue();
      await untilTrue(() => one.sender.counts.inFlight === 0);
      store.clock.move(2 * DAY_MS);
      // Not the five days of the test before.
      await store.pool.query('UPDATE webhooks SET failing_since = NULL');
    }
    const [second, first] = await deliveriesOf(id);
    expect(first).toMatchObject({ status: 'FAILED', attempts: 10, nextAttemptAt: null });
    expect(second).toMatchObject({ status: 'PENDING', attempts: 0 });
    one.webhooks.forget();
    await one.sender.sendDue();
    await until(
      () => deliveriesOf(id),
      ([last]) => last?.status === 'DELIVERED',
    );
    expect(one.sender.counts).toMatchObject({ givenUp: 1, delivered: 1, failedAttempts: 10 });
  });
});

describe('a webhook', () => {
  it('gets events of its clients only, also by a replay', async () => {
    const id = await addWebhook({ clientIds: [store.client.id] });
    const { position = 0 } = (await webhook(id)) ?? {};
    await open(other);
    const own = await open();
    await place();
    const one = processOf(() => ACCEPTED);
    await one.matcher.match();
    const replay = { webhookId: id, after: position, onlyFailed: false, deliveryId: null };
    await createWebhooks(store.pool).replay(replay, AGENT, null, store.clock.now());
    one.webhooks.forget();
    await one.matcher.match();
    expect((await deliveriesOf(id)).map(({ ticketId }) => ticketId)).toEqual([own]);
  });

  it('whose clients were fewer in the meantime does not get what was pending', async () => {
    const id = await addWebhook({ clientIds: [store.client.id, other] });
    await open(other);
    await place();
    let requests = 0;
    const one = processOf(() => {
      requests += 1;
      return ACCEPTED;
    });
    await one.matcher.match();
    await store.pool.query('UPDATE webhooks SET client_ids = $1', [[store.client.id]]);
    one.webhooks.forget();
    await one.sender.sendDue();
    const [delivery] = await until(
      () => deliveriesOf(id),
      ([first]) => first?.status === 'CANCELLED',
    );
    expect([delivery?.error, requests]).toEqual(['The webhook may not get events of this client any more.', 0]);
  });

  it.each([
    ['is disabled', "disabled_reason = 'REQUESTED', disabled_at = now()", [], 'PENDING'],
    ['gets another address', "url = 'https://new.test'", ['https://new.test'], 'DELIVERED'],
    ['loses a client', `client_ids = ARRAY['${newId()}'::uuid]`, [], 'CANCELLED'],
  ])('that %s after a claim is used as it is then', async (_what, change, urls, status) => {
    const id = await addWebhook();
    await open();
    await place();
    const sent: string[] = [];
    const send: Send = ({ url }) => {
      sent.push(url);
      return ACCEPTED;
    };
    const one = processOf(send, {
      beforeSubjects: async () => {
        await store.pool.query(`UPDATE webhooks SET ${change}`);
        one.webhooks.forget();
      },
    });
    await one.matcher.match();
    expect(await one.sender.sendDue()).toBe(1);
    await untilTrue(() => one.sender.counts.inFlight === 0);
    expect(sent).toEqual(urls);
    const [delivery] = await deliveriesOf(id);
    expect(delivery).toMatchObject({ status, attempts: urls.length });
  });

  it('of an API key that was revoked is disabled, and gets nothing more', async () => {
    const keys = createApiKeys(store.dataSource);
    const now = store.clock.now();
    const key = await keys.add(
      {
        id: newId(),
        prefix: 'sdk_00000000aaaa',
        secretHash: '',
        name: 'Desk',
        scopes: ['WEBHOOKS'],
        clientId: null,
        createdAt: now,
        createdBy: AGENT,
        expiresAt: null,
        revokedAt: null,
        lastUsedAt: null,
      },
      null,
    );
    if (typeof key === 'string') throw new Error(key);
    const id = await addWebhook({ owner: { kind: 'SERVICE', id: key.prefix, name: 'Desk' } });
    const one = processOf(() => ACCEPTED);
    await open();
    await place();
    await one.matcher.match();
    expect(await deliveriesOf(id)).toHaveLength(1);
    await keys.revoke(key.id, now, AGENT, null);
    one.webhooks.forget();
    await open();
    await place();
    await one.matcher.match();
    expect(await one.sender.sendDue()).toBe(0);
    expect(await deliveriesOf(id)).toHaveLength(1);
    expect((await webhook(id))?.disabledReason).toBe('OWNER_WITHOUT_RIGHTS');
  });

  it('whose secrets cannot be decrypted says so, and is tried again', async () => {
    const id = await addWebhook();
    await open();
    await place();
    const wrong = processOf(() => ACCEPTED, { keys: [{ id: 'test', key: Buffer.alloc(32, 2) }] });
    await wrong.matcher.match();
    await wrong.sender.sendDue();
    const [delivery] = await until(
      () => deliveriesOf(id),
      ([first]) => first?.attempts === 1,
    );
    expect(delivery?.error).toContain('the key test in STEPDOWN_ENCRYPTION_KEYS is not the one');
    expect(wrong.errors).toEqual([]);
    store.clock.move(10_000);
    const right = processOf(() => ACCEPTED);
    await right.sender.sendDue();
    await until(
      () => deliveriesOf(id),
      ([first]) => first?.status === 'DELIVERED',
    );
  });
});

describe('the queue', () => {
  it('deletes what has ended long ago, and nothing that is pending', async () => {
    const id = await addWebhook();
    await open();
    await open();
    await place();
    const one = processOf(({ headers }) => (headers['webhook-id'] === undefined ? FAILED : ACCEPTED));
    await one.matcher.match();
    await one.queue.claim([{ webhookId: id, places: 1 }], 1, MINUTE_MS, store.clock.now());
    await one.sender.sendDue();
    await until(
      () => deliveriesOf(id),
      (all) => all.filter(({ status }) => status === 'DELIVERED').length === 1,
    );
    expect(await one.queue.backlog()).toMatchObject({ pending: 1, oldestAt: store.clock.now() });
    expect(await one.queue.purge(store.clock.now())).toBe(0);
    expect(await one.queue.purge(store.clock.now() + 1)).toBe(1);
    expect(await deliveriesOf(id)).toMatchObject([{ status: 'PENDING' }]);
  });
});
