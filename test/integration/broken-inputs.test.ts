import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { BrokenInputs, Seeded } from '../support/broken-inputs';
import { type Json, SEV1, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { askOver, openSocket } from '../support/graphql-socket';

// A failure prints its seed. More requests find more: STEPDOWN_BROKEN_INPUTS=20000 npx jest …
const { STEPDOWN_BROKEN_INPUTS: count = '300', STEPDOWN_BROKEN_SEED: given } = process.env;
const seed = Number(given ?? process.hrtime.bigint() % 2n ** 31n);

let service: TestService;
let inputs: BrokenInputs;
beforeAll(async () => {
  service = await startTestService();
  const [a = '', b = ''] = [await service.submit(SEV1), await service.submit(SEV2, { externalId: 'EXT' })];
  await service.mutate('acknowledgeTicket', { ticketId: a });
  await service.mutate('communicate', { ticketId: a, direction: 'INBOUND', channel: 'EMAIL', body: 'Hello' });
  const known = await service.data(
    `query ($id: ID!) {
       ticket(id: $id) { events { edges { cursor } nodes { id cursor } } client { id } }
       tickets(orderBy: { field: OPENED_AT }) { edges { cursor } }
       bySeverity: tickets(orderBy: { field: SEVERITY }) { edges { cursor } }
       deadlines { edges { cursor node { id } } }
       policies { edges { cursor node { id calendars { id } } } }
     }`,
    { id: a },
  );
  const lists = [known.ticket.events, known.tickets, known.bySeverity, known.deadlines, known.policies];
  inputs = new BrokenInputs(buildGraphQLSchema(), new Seeded(seed), {
    ids: [
      a,
      a,
      b,
      known.ticket.client.id,
      known.deadlines.edges[0].node.id,
      known.policies.edges[0].node.id,
      known.policies.edges[0].node.calendars[0].id,
      ...known.ticket.events.nodes.map(({ id }: Json) => id),
    ],
    cursors: lists.flatMap(({ edges }) => edges.map(({ cursor }: Json) => cursor)),
    eventCursors: known.ticket.events.nodes.map(({ cursor }: Json) => cursor),
  });
});
afterAll(() => service.close());

/** What is wrong with the answer to broken input; null if it names the fault or has data. */
function faultOf({ status, errors }: { readonly status: number; readonly errors: readonly Json[] }): string | null {
  if (status >= 500) return `status ${status}: ${JSON.stringify(errors)}`;
  const wrong = errors.find(
    ({ message, extensions }) => extensions?.code === 'INTERNAL_SERVER_ERROR' || message.length > 400,
  );
  return wrong === undefined ? null : JSON.stringify(wrong);
}

test('no broken input is an internal error', async () => {
  const faults: Json[] = [];
  const seen = new Set<string>();
  for (let number = 0; number < Number(count); number += 1) {
    const request = inputs.request(number);
    const answer = await service.ask(request.query, request.variables);
    for (const { extensions } of answer.errors) seen.add(String(extensions?.code));
    if (answer.errors.length === 0) seen.add('accepted');
    const fault = faultOf(answer);
    if (fault !== null) faults.push({ seed, number, ...request, fault });
  }
  const logged = service.logged.filter(({ level }) => level >= 50).map(({ err, msg }) => ({ msg, err }));
  expect(JSON.stringify(faults.slice(0, 3), null, 1)).toBe('[]');
  expect(logged.slice(0, 3)).toEqual([]);
  // The requests are neither all accepted nor all refused for one reason.
  expect([...seen]).toEqual(expect.arrayContaining(['accepted', 'BAD_USER_INPUT']));
});

test('a broken input over a WebSocket is an error of its operation only', async () => {
  const client = openSocket(service.url);
  const faults: Json[] = [];
  for (let number = 0; number < 60; number += 1) {
    const request = inputs.request(number);
    if (Buffer.byteLength(JSON.stringify(request)) > 200_000) continue;
    const answer = await askOver(client, request.query, request.variables).then(
      ({ errors = [] }: Json) => ({ status: 200, errors }),
      (errors: Json) => ({
        status: Array.isArray(errors) ? 200 : 500,
        errors: Array.isArray(errors) ? errors : [errors],
      }),
    );
    const fault = faultOf(answer);
    if (fault !== null) faults.push({ seed, number, ...request, fault });
  }
  await client.dispose();
  expect(JSON.stringify(faults.slice(0, 3), null, 1)).toBe('[]');
});
