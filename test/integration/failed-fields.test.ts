import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import type { Client } from 'graphql-ws';
import { type Json, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { askOver, openSocket } from '../support/graphql-socket';

let service: TestService;
let socket: Client;
beforeAll(async () => {
  service = await startTestService();
  socket = openSocket(service.url);
});
afterAll(async () => {
  await socket.dispose();
  await service.close();
});

const failing = (count: number, field: string): string =>
  Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ');
const tickets = (count: number): string => `{ viewer { seesAllClients } ${failing(count, 'ticket(id: "x") { id }')} }`;
const post = async (query: string, variables: Json = {}): Promise<{ status: number; answer: Json }> => {
  const response = await fetch(service.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, answer: await response.json() };
};

const WRONG_ID = {
  message: 'id must be the id of a Ticket, as returned by this API.',
  extensions: { code: 'BAD_USER_INPUT' },
};

describe('a query', () => {
  it('up to a hundred of whose fields fail has the others in its answer', async () => {
    const { answer } = await post(tickets(100));
    expect(answer.errors).toHaveLength(100);
    expect(answer.errors[99]).toMatchObject({ ...WRONG_ID, path: ['a99'] });
    expect(answer.data.viewer).toEqual({ seesAllClients: true });
    expect((await askOver(socket, tickets(100))).errors).toHaveLength(100);
  });

  it('more of whose fields fail has one error, over HTTP and WebSocket', async () => {
    expect(await post(tickets(101))).toMatchObject({ status: 200, answer: { errors: [WRONG_ID], data: null } });
    expect((await post(tickets(900))).answer.errors).toHaveLength(1);
    const { errors } = await askOver(socket, tickets(101));
    expect(errors).toMatchObject([WRONG_ID]);
  });
});

describe('a mutation', () => {
  const submit = `mutation ($i: SubmitTicketInput!) {
    submitTicket(input: $i) { ticket { number ${failing(150, 'events(after: "x") { totalCount }')} } }
    again: submitTicket(input: $i) { ticket { number } }
  }`;

  it('is carried out and answered, however many fields of its payload fail', async () => {
    const { answer } = await post(submit, { i: { subject: 's', impacts: [SEV2[0]] } });
    expect(answer.data.again.ticket.number).toEqual(expect.any(Number));
    const codes: string[] = answer.errors.map(({ extensions }: Json) => extensions.code);
    expect(new Set(codes)).toEqual(new Set(['BAD_USER_INPUT']));
  });
});

describe('introspection', () => {
  it('of the whole schema, with all that can be asked, is answered', async () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    expect((await post(query)).answer.errors).toBeUndefined();
  });

  it('of many fields of long lists is refused when they are read', async () => {
    const query = `{ __schema { types { fields { ${failing(400, 'isDeprecated')} } } } }`;
    const { answer } = await post(query);
    expect(answer.errors[0]).toMatchObject({
      message: expect.stringContaining('The lists that introspection returns have more than 200,000 fields.'),
      extensions: { code: 'OPERATION_TOO_LARGE' },
    });
  });
});
