import { expect, it } from '@jest/globals';
import { secretBoxOf } from '../../src/adapters/webhooks/encryption-keys';
import type { ClaimedDelivery, EnabledWebhook, WebhookQueue } from '../../src/application/ports/webhook-queue';
import { DeliverySender } from '../../src/application/webhooks/delivery-sender';
import { EnabledWebhooks } from '../../src/application/webhooks/enabled-webhooks';
import { WebhookDispatcher } from '../../src/application/webhooks/webhook-dispatcher';
import { newSecrets, sealSecrets } from '../../src/application/webhooks/webhook-secrets';
import { untilTrue } from '../support/until';
import { ACCEPTED } from '../support/webhook-samples';

const box = secretBoxOf([{ id: 'test', key: Buffer.alloc(32, 1) }]);
const clock = { now: () => 0 };

const webhookOf = (id: string): EnabledWebhook =>
  ({
    id,
    url: 'https://hooks.test',
    format: 'STANDARD',
    filter: {},
    clientIds: null,
    failingSince: null,
    version: 1,
    isOwnerEntitled: true,
    sealed: sealSecrets(box, id, newSecrets({ url: null, routingKey: null })),
  }) as EnabledWebhook;

/** A queue in which as many deliveries of each webhook are due. */
function queueOf(webhooks: readonly EnabledWebhook[], dueOfEach: number) {
  const due = new Map(webhooks.map(({ id }) => [id, dueOfEach]));
  const state = { held: 0, most: 0, ended: 0, reads: 0 };
  const queue: Pick<WebhookQueue, 'claim' | 'record' | 'disable' | 'enabled'> = {
    enabled: async () => {
      state.reads += 1;
      return webhooks;
    },
    claim: async (rooms, most) => {
      const claimed = rooms.flatMap(({ webhookId, places }) =>
        Array.from({ length: Math.min(places, due.get(webhookId) ?? 0) }, () => webhookId),
      );
      const taken = claimed.slice(0, most);
      for (const id of taken) due.set(id, (due.get(id) ?? 0) - 1);
      state.held += taken.length;
      state.most = Math.max(state.most, state.held);
      return taken.map((webhookId) => ({ webhookId, clientId: null, attempts: 0 }) as unknown as ClaimedDelivery);
    },
    record: async (attempts) => {
      state.ended += attempts.length;
      return { recorded: attempts.map(() => true), madeDue: 0 };
    },
    disable: async () => null,
  };
  return { queue, state };
}

/** A process that sends what is due; each message waits until the test ends it. */
function sending(queue: ReturnType<typeof queueOf>['queue'], slowMs: number) {
  const waiting: { readonly url: string; readonly answer: () => void }[] = [];
  const sender = new DeliverySender({
    queue,
    webhooks: new EnabledWebhooks(queue, clock),
    subjects: { of: async (deliveries) => deliveries.map(() => async () => ({ kind: 'TEST', at: 0 }) as const) },
    sender: {
      send: ({ url }, signal) =>
        new Promise((resolve) => {
          waiting.push({ url, answer: () => resolve(ACCEPTED) });
          signal.addEventListener('abort', () => resolve({ ...ACCEPTED, isAborted: true }));
        }),
    },
    secrets: box,
    ids: (_, id) => id,
    clock,
    random: () => 0,
    slowMs,
    onFree: () => dispatcher.wakeSending(),
    onDisabled: () => undefined,
    onError: () => undefined,
  });
  // It looks again only because it is woken.
  const dispatcher = new WebhookDispatcher({ match: async () => ({ hasMore: false, added: 0 }) }, sender, {
    pollMs: 600_000,
  });
  dispatcher.start();
  return { waiting, close: () => dispatcher.close() };
}

it('a process holds a bounded number of deliveries, and claims further ones as it sends them', async () => {
  const webhooks = Array.from({ length: 60 }, (_, n) => webhookOf(`w${n}`));
  const { queue, state } = queueOf(webhooks, 50);
  const { waiting, close } = sending(queue, 600_000);
  const endAll = (): void => {
    const ending = waiting.splice(0);
    state.held -= ending.length;
    for (const { answer } of ending) answer();
  };
  // One to each endpoint, until it has answered.
  await untilTrue(() => waiting.length === 60);
  expect(state.held).toBe(60);
  endAll();
  // Each of the sixty has its share of what a process holds.
  await untilTrue(() => waiting.length === 128 && state.held === 480);
  await untilTrue(() => {
    endAll();
    return state.ended === 60 * 50;
  });
  expect(state.most).toBeLessThanOrEqual(512);
  await close();
});

it('endpoints that begin to hang together do not hold up another for as long as a request may take', async () => {
  const hanging = Array.from({ length: 40 }, (_, n) => ({ ...webhookOf(`h${n}`), url: `https://hanging${n}.test` }));
  const healthy = { ...webhookOf('healthy'), url: 'https://healthy.test' };
  const { queue } = queueOf([...hanging, healthy], 100);
  const { waiting, close } = sending(queue, 200);
  // All have answered before.
  await untilTrue(() => waiting.length === 41);
  for (const { answer } of waiting.splice(0)) answer();
  await untilTrue(() => waiting.length >= 128);
  let answered = 0;
  await untilTrue(() => {
    for (const one of waiting.filter(({ url }) => url === healthy.url)) {
      waiting.splice(waiting.indexOf(one), 1);
      one.answer();
      answered += 1;
    }
    return answered === 99;
  });
  for (const { url } of hanging) expect(waiting.filter((one) => one.url === url).length).toBeLessThanOrEqual(8);
  await close();
});

it('the webhooks are read once for all that ask at the same time, and again after a change', async () => {
  const { queue, state } = queueOf([webhookOf('a')], 0);
  const webhooks = new EnabledWebhooks(queue, clock);
  await Promise.all([webhooks.all(), webhooks.all(), webhooks.all()]);
  expect(state.reads).toBe(1);
  webhooks.forget();
  const before = webhooks.all();
  webhooks.forget();
  await Promise.all([before, webhooks.all()]);
  expect(state.reads).toBe(3);
});
