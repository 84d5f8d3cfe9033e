import { expect, it } from '@jest/globals';
import { secretBoxOf } from '../../src/adapters/webhooks/encryption-keys';
import type { ClaimedDelivery, EnabledWebhook, WebhookQueue } from '../../src/application/ports/webhook-queue';
import { DeliverySender } from '../../src/application/webhooks/delivery-sender';
import { EnabledWebhooks } from '../../src/application/webhooks/enabled-webhooks';
import { WebhookDispatcher } from '../../src/application/webhooks/webhook-dispatcher';
import { newSecrets, sealSecrets } from '../../src/application/webhooks/webhook-secrets';
import { untilTrue } from '../support/until';

const box = secretBoxOf([{ id: 'test', key: Buffer.alloc(32, 1) }]);
const clock = { now: () => 0 };

const webhookOf = (id: string): EnabledWebhook =>
  ({
    id,
    url: 'https://hooks.test',
    clientIds: null,
    failingSince: null,
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

const databaseIsDown = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

it('a process holds a bounded number of deliveries, and claims further ones as it sends them', async () => {
  const webhooks = Array.from({ length: 60 }, (_, n) => webhookOf(`w${n}`));
  const { queue, state } = queueOf(webhooks, 50);
  const waiting: (() => void)[] = [];
  const sender = new DeliverySender({
    queue,
    webhooks: new EnabledWebhooks(queue, clock),
    subjects: {
      // Each holds its place until the test ends it; the message itself does not matter here.
      of: async (deliveries) =>
        deliveries.map(() => () => new Promise((_, reject) => waiting.push(() => reject(databaseIsDown())))),
    },
    sender: { send: () => Promise.reject(new Error('Nothing is sent')) },
    secrets: box,
    ids: (_, id) => id,
    clock,
    random: () => 0,
    onFree: () => dispatcher.wakeSending(),
    onDisabled: () => undefined,
    onError: () => undefined,
  });
  // It looks again only because it is woken.
  const dispatcher = new WebhookDispatcher({ match: async () => ({ hasMore: false, added: 0 }) }, sender, {
    pollMs: 600_000,
  });
  dispatcher.start();
  const endAll = (): void => {
    const ending = waiting.splice(0);
    state.held -= ending.length;
    for (const end of ending) end();
  };
  await untilTrue(() => waiting.length === 128 && state.held === 512);
  endAll();
  // No webhook has room of its own yet: each had 32, and has 24.
  await untilTrue(() => waiting.length === 128 && state.held === 512);
  await untilTrue(() => {
    endAll();
    return state.ended === 60 * 50;
  });
  expect(state.most).toBeLessThanOrEqual(512);
  await dispatcher.close();
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
