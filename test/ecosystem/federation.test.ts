import { ApolloGateway, IntrospectAndCompose, LocalGraphQLDataSource, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { type ClockedService, startClockedService } from '../support/clocked-service';
import { CONTRADICTION, type Json, SEV2 } from '../support/graphql-service';
import { callersBySeenClients, SEEN_CLIENTS } from '../support/seen-clients';

type Headers = Readonly<Record<string, string>>;

/**
 * Another service, which hangs fields on tickets and clients and refers to them. It does not know
 * who calls, so its fields of a ticket require one of ours, which the gateway reads first.
 */
const desk = (booked: { readonly tickets: readonly string[] }) =>
  buildSubgraphSchema({
    typeDefs: parse(`
      extend schema @link(
        url: "https://specs.apollo.dev/federation/v2.14",
        import: ["@external", "@key", "@requires", "@shareable"]
      )
      type Ticket @key(fields: "id") {
        id: ID!
        number: Int! @external
        room: String @requires(fields: "number")
      }
      type Client @key(fields: "id") { id: ID! accountManager: String! }
      type Booking { ticket: Ticket }
      type PageInfo @shareable {
        hasNextPage: Boolean!
        hasPreviousPage: Boolean!
        startCursor: String
        endCursor: String
      }
      type BookingConnection { nodes: [Booking!]! pageInfo: PageInfo! }
      type Query { bookings: BookingConnection! }`),
    resolvers: {
      Ticket: { room: ({ id, number }: Json) => `${number} ${id}` },
      Client: { accountManager: ({ id }: Json) => `manager of ${id}` },
      Query: {
        bookings: () => ({
          nodes: booked.tickets.map((id) => ({ ticket: { __typename: 'Ticket', id } })),
          pageInfo: { hasNextPage: false, hasPreviousPage: false },
        }),
      },
    },
  });

let service: ClockedService;
let gateway: ApolloServer<{ readonly headers: Headers }>;
let acme: string;
let other: string;
let own: string;
let foreign: string;

beforeAll(async () => {
  service = await startClockedService({ callers: callersBySeenClients });
  other = (await service.mutate('createClient', { name: 'Other' }, 'client { id }')).client.id;
  own = await service.submit(SEV2);
  foreign = await service.submit(SEV2, { clientId: other });
  acme = (await service.data(`{ ticket(id: "${own}") { client { id } } }`)).ticket.client.id;
  gateway = new ApolloServer({
    gateway: new ApolloGateway({
      supergraphSdl: new IntrospectAndCompose({
        subgraphs: [
          { name: 'stepdown', url: service.url },
          { name: 'desk', url: 'http://desk.invalid' },
        ],
      }),
      buildService: ({ name, url = '' }) =>
        name === 'desk'
          ? new LocalGraphQLDataSource(desk({ tickets: [own, foreign, 'absent', own] }))
          : new RemoteGraphQLDataSource<Partial<{ readonly headers: Headers }>>({
              url,
              willSendRequest: ({ request, context }) => {
                for (const [header, value] of Object.entries(context.headers ?? {}))
                  request.http?.headers.set(header, String(value));
              },
            }),
    }),
  });
  await gateway.start();
});
afterAll(async () => {
  await gateway.stop();
  await service.close();
});

async function ask(query: string, variables: Json = {}, headers: Headers = {}): Promise<{ data: Json; errors: Json }> {
  const { body } = await gateway.executeOperation({ query, variables }, { contextValue: { headers } });
  if (body.kind !== 'single') throw new Error('The response has one part');
  return { data: body.singleResult.data, errors: body.singleResult.errors };
}

const seesAcme = (): Headers => ({ [SEEN_CLIENTS]: service.store.client.id });
const roomOf = (number: number, id: string) => `${number} ${id}`;
/** The tickets of all bookings, as a caller sees them with this selection. */
const booked = async (selection: string, headers?: Headers) => {
  const { data, errors } = await ask(
    `{ bookings { nodes { ticket { ${selection} } } pageInfo { hasNextPage } } }`,
    {},
    headers,
  );
  return { errors, tickets: data.bookings.nodes.map(({ ticket }: Json) => ticket) };
};

describe('a gateway over this service and another one', () => {
  it('finds the fields of the other for our tickets and clients', async () => {
    const { data, errors } = await ask(
      `query ($id: ID!) { node(id: $id) { id ... on Ticket { room client { name accountManager } } }
        tickets(orderBy: { field: NUMBER, direction: ASC }) { nodes { room client { accountManager } } pageInfo { hasNextPage } } }`,
      { id: own },
    );
    expect(errors).toBeUndefined();
    expect(data.node).toEqual({
      id: own,
      room: roomOf(1, own),
      client: { name: 'Acme', accountManager: `manager of ${acme}` },
    });
    expect(data.tickets.nodes).toEqual([
      { room: roomOf(1, own), client: { accountManager: `manager of ${acme}` } },
      { room: roomOf(2, foreign), client: { accountManager: `manager of ${other}` } },
    ]);
  });

  it('finds our fields for the tickets that the other refers to', async () => {
    const found = { subject: 'Checkout is down', severity: 'SEV2', room: roomOf(1, own), client: { name: 'Acme' } };
    expect(await booked('subject severity room client { name }')).toEqual({
      errors: undefined,
      tickets: [found, { ...found, room: roomOf(2, foreign), client: { name: 'Other' } }, null, found],
    });
  });

  it('shows no ticket of a client that the caller does not see, and no field that hangs on it', async () => {
    const { data, errors } = await ask(
      `query ($foreign: ID!, $other: ID!) { ticket: node(id: $foreign) { ... on Ticket { room } }
        client: node(id: $other) { ... on Client { accountManager } }
        tickets { nodes { room client { accountManager } } } }`,
      { foreign, other },
      seesAcme(),
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      ticket: null,
      client: null,
      tickets: { nodes: [{ room: roomOf(1, own), client: { accountManager: `manager of ${acme}` } }] },
    });
    const mine = { subject: 'Checkout is down', room: roomOf(1, own) };
    expect((await booked('subject room', seesAcme())).tickets).toEqual([mine, null, null, mine]);
    const room = { room: roomOf(1, own) };
    expect((await booked('room', seesAcme())).tickets).toEqual([room, { room: null }, { room: null }, room]);
  });

  it('keeps the user errors of a mutation, with their facts', async () => {
    const { data, errors } = await ask(
      `mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) {
        ticket { id room } clientMutationId
        userErrors { __typename code message path ... on ContradictoryImpact { audience consequence } } } }`,
      { input: { subject: 'Orders hang', impacts: CONTRADICTION, clientMutationId: 'mine' } },
    );
    expect(errors).toBeUndefined();
    expect(data.submitTicket).toMatchObject({
      ticket: null,
      clientMutationId: 'mine',
      userErrors: [
        { __typename: 'ContradictoryImpact', code: 'CONTRADICTORY_IMPACT', audience: CONTRADICTION[0]?.audience },
      ],
    });
  });

  it('keeps the code of an error', async () => {
    const { errors } = await ask('{ tickets(first: 101) { nodes { id } } }');
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });
});
