import type { ServerResponse } from 'node:http';
import { expect, it, jest } from '@jest/globals';
import { MetricsEndpoint } from '../../src/adapters/http/metrics';
import { webhookMetrics } from '../../src/compose/webhook-metrics';

const NOW = 1_764_000_000_000;
const NOTHING = { delivered: 0, failedAttempts: 0, givenUp: 0, fenced: 0, disabledWebhooks: 0, inFlight: 0 };

/** What `/metrics` of a process answers. */
async function scrape(endpoint: MetricsEndpoint): Promise<string> {
  const response = { req: { method: 'GET' }, writeHead: jest.fn(), setHeader: jest.fn(), end: jest.fn() };
  await endpoint.answer(response as unknown as ServerResponse);
  return String(response.end.mock.calls[0]?.[0]);
}

it('what waits is read once for one scrape, and again for the next', async () => {
  const backlog = jest.fn(async () => ({ pending: 3, oldestAt: NOW - 12_000 }));
  const webhooks = { counts: NOTHING, isOutdated: false, backlog };
  const endpoint = new MetricsEndpoint(webhookMetrics(webhooks, { now: () => NOW }));
  const text = await scrape(endpoint);
  expect(text).toContain('stepdown_webhook_pending 3\n');
  expect(text).toContain('stepdown_webhook_oldest_pending_seconds 12\n');
  expect(backlog).toHaveBeenCalledTimes(1);
  await scrape(endpoint);
  expect(backlog).toHaveBeenCalledTimes(2);
});

it('what waits is left out while it cannot be read', async () => {
  const backlog = jest.fn(async () => Promise.reject(new Error('The database is down')));
  const webhooks = { counts: NOTHING, isOutdated: false, backlog };
  const text = await scrape(new MetricsEndpoint(webhookMetrics(webhooks, { now: () => NOW })));
  expect(text).toContain('stepdown_webhook_in_flight 0\n');
  expect(text).not.toMatch(/^stepdown_webhook_pending/m);
  expect(backlog).toHaveBeenCalledTimes(1);
});
