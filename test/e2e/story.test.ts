import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type EventFacts, eventSentence } from '../../src/adapters/cli/desk/event-sentence';
import { SEV1, SEV2, SEV3, startTestService, type TestService } from '../support/graphql-service';
import { run } from '../support/program';

let service: TestService;
let ticketId: string;
let number: string;

const act = async (mutation: string, input: object = {}): Promise<void> => {
  const { userErrors } = await service.mutate(mutation, { ticketId, ...input }, 'userErrors { message }');
  expect({ mutation, userErrors }).toEqual({ mutation, userErrors: [] });
};

beforeAll(async () => {
  service = await startTestService();
  const opened = new Date(Date.now() - 90 * 60_000).toISOString();
  ticketId = await service.submit(SEV1, { occurredAt: opened, reason: 'Phoned in at night' });
  number = String(
    (await service.data('query ($id: ID!) { ticket(id: $id) { number } }', { id: ticketId })).ticket.number,
  );
  await act('acknowledgeTicket');
  await act('waiveBreach', { kind: 'RESPONSE', cycle: 1, reason: 'Power cut at the client' });
  await act('assignTicket', { assignee: 'Ben' });
  await act('communicate', { direction: 'OUTBOUND', channel: 'EMAIL', body: 'On it', automatic: true });
  await act('communicate', { direction: 'INBOUND', channel: 'PHONE', body: 'Worse now' });
  await act('recordCall', { note: 'Called again' });
  await act('addNote', { body: 'Ask Ben' });
  await act('startWaiting', { reason: 'THIRD_PARTY' });
  await act('stopWaiting', { reason: 'THIRD_PARTY' });
  await act('applyWorkaround', { description: 'By phone', remaining: SEV2 });
  await act('withdrawWorkaround', { reason: 'Phones are down' });
  await act('reclassifyTicket', { impacts: SEV3, reason: 'Only one shop' });
  await act('resolveTicket', { resolution: 'Fixed' });
  await act('reopenTicket', { reason: 'Not fixed' });
  await act('assignTicket', { assignee: null });
  await act('closeTicket', { reason: 'Given up' });
});
afterAll(() => service.close());

const explained = (...options: readonly string[]) =>
  run(['explain', number, ...options], { DATABASE_URL: service.database.url });

it('explain tells the same story as the API, of every event', async () => {
  const { story } = JSON.parse((await explained('--json')).stdout);
  const shown = await run(['show', number, '--events', '100', '--json'], { STEPDOWN_URL: service.url });
  const events: readonly EventFacts[] = JSON.parse(shown.stdout).ticket.events.nodes;
  expect(story.map(({ text }: { text: string }) => text)).toEqual(events.map(eventSentence));
  expect(story.map(({ type }: { type: string }) => type)).toEqual(events.map(({ type }) => type));
  for (const sentence of story) expect(sentence.text).not.toMatch(/undefined|null/);
  expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThanOrEqual(15);
});

it('explain begins with who did what and when, with waivers by name and reason, in one zone', async () => {
  const { code, stdout } = await explained('--zone', 'Europe/Berlin');
  expect(code).toBe(0);
  const [head = ''] = stdout.split('RESPONSE, cycle 1');
  expect(head).toMatch(
    /^Ticket \d+: Checkout is down\n\w+, closed, at .*; times are Europe\/Berlin\n\n {2}\w{3} \d{4}-/,
  );
  const sentences = head.replace(/\n {4}/g, ' ');
  expect(sentences).toMatch(/local operator opened it as SEV1 \(entered .*: Phoned in at night\)$/m);
  expect(sentences).toMatch(/local operator waived the breach of response: Power cut at the client$/m);
  for (const line of head.split('\n').slice(2)) expect(line.length).toBeLessThanOrEqual(80);
  expect(stdout.match(/Europe\/Berlin/g)).toHaveLength(1);
  expect(stdout).not.toContain('America/New_York');
  expect(stdout).toContain('RESOLUTION, cycle');
});
