import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { LIMITS } from '../../src/adapters/graphql/operation-limits';
import { type Json, startTestService, type TestService } from '../support/graphql-service';
import { askOver, openSocket } from '../support/graphql-socket';

const TICKETS = 6;
const MESSAGES = 100;
const LENGTH = 65_000;

let service: TestService;
let id: string;

beforeAll(async () => {
  service = await startTestService();
  const operator = new Client(service.database.url);
  await operator.connect();
  for (let ticket = 0; ticket < TICKETS; ticket += 1) {
    id = await service.submit();
    await service.mutate('communicate', { ticketId: id, direction: 'INBOUND', channel: 'EMAIL', body: 'x' });
  }
  await operator.query(
    `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data, schema_version)
     SELECT e.ticket_id, e.client_id, 1000 + copy, e.type, e.at, e.recorded_at, e.actor,
            e.data || jsonb_build_object('body', repeat('x', ${LENGTH})), e.schema_version
       FROM events e CROSS JOIN generate_series(1, ${MESSAGES}) AS copy WHERE e.type = 'COMMUNICATED'`,
  );
  await operator.end();
});
afterAll(() => service.close());

/** Lists that no other list shares its statement with, so that each one is read. */
const lists = (count: number, fields: string): string =>
  Array.from(
    { length: count },
    (_, place) => `a${place}: tickets { nodes { ${fields.replace('$', `${100 - place}`)} } }`,
  ).join(' ');

const REFUSAL = {
  message: expect.stringContaining(`more than ${LIMITS.charactersRead.toLocaleString('en')} characters`),
  extensions: { code: 'OPERATION_TOO_LARGE' },
};

it.each(['communications(last: $) { nodes { id } }', 'events(last: $) { nodes { id } }'])(
  'the texts of %s are charged when they are read, also where they are not selected',
  async (list) => {
    const { data, errors } = await service.ask(`{ ${lists(2, list)} }`);
    expect(data).toBeNull();
    expect(errors[0]).toMatchObject(REFUSAL);
    const client = openSocket(service.url);
    expect(((await askOver(client, `{ ${lists(2, list)} }`)) as Json).errors[0]).toMatchObject(REFUSAL);
    await client.dispose();
  },
);

it('long texts within the limit are answered, those of several operations beside each other', async () => {
  const ask = (last: number) =>
    service.data(`query ($id: ID!) { ticket(id: $id) { communications(last: ${last}) { nodes { body } } } }`, { id });
  const answers = await Promise.all([100, 99, 98].map(ask));
  expect(answers.map((data) => data.ticket.communications.nodes.length)).toEqual([100, 99, 98]);
  const all = await service.data('{ tickets { nodes { communications(last: 20) { nodes { body } } } } }');
  const bodies = all.tickets.nodes.flatMap((ticket: Json) =>
    ticket.communications.nodes.map((node: Json) => node.body),
  );
  expect(bodies).toHaveLength(TICKETS * 20);
  expect(new Set(bodies.map((body: string) => body.length))).toEqual(new Set([LENGTH]));
});
