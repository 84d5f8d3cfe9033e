import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Client } from 'graphql-ws';
import { toGlobalId } from '../../src/adapters/graphql/base/global-id';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { MUTATION_OF, PERMISSIONS, type Permission, permits } from '../../src/application/access/permissions';
import { type Rights, rightsOf, SCOPES } from '../../src/application/access/rights';
import { type Companies, type Credential, startCompanies } from '../support/companies';
import { type Json, SEV2 } from '../support/graphql-service';
import { listenOver } from '../support/graphql-socket';

const schema = buildGraphQLSchema();
const ABSENT = '01900000-0000-7000-8000-000000000000';

let companies: Companies;
/** Every role, and every scope of a service. */
let callers: readonly (readonly [name: string, rights: Rights, by: Credential])[];

beforeAll(async () => {
  companies = await startCompanies(['Acme', 'Globex']);
  const services = await Promise.all(
    SCOPES.map(async (scope) => {
      const by = await companies.key([scope], scope === 'ADMIN' ? null : 'Acme');
      return [`SERVICE ${scope}`, { role: 'SERVICE', scopes: [scope] }, by] as const;
    }),
  );
  callers = [
    ['CLIENT', rightsOf('CLIENT'), await companies.person('Acme')],
    ['AGENT', rightsOf('AGENT'), await companies.agent('Acme')],
    ['ADMIN', rightsOf('ADMIN'), companies.admin],
    ...services,
  ];
});
afterAll(() => companies.close());

const SAMPLES: Readonly<Record<string, Json>> = {
  String: 'x',
  Int: 1,
  Float: 1,
  Boolean: true,
  DateTime: '2026-01-01T00:00:00Z',
  Duration: 'PT1H',
  Audience: 'NOBODY',
  Consequence: 'QUESTION',
  _Any: { __typename: 'Ticket', id: 'x' },
};
const ID_TYPES = { clientId: 'Client', apiKeyId: 'ApiKey', agentId: 'Agent' } as const;

/** A value of an input type, with the required fields only. */
function sampleOf(type: GraphQLInputType, name: string): Json {
  const inner = getNullableType(type);
  if (isListType(inner)) return [sampleOf(inner.ofType, name)];
  if (isEnumType(inner)) return inner.getValues()[0]?.name;
  if (isInputObjectType(inner)) {
    const required = Object.values(inner.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(required.map((field) => [field.name, sampleOf(field.type, field.name)]));
  }
  const named = getNamedType(inner).name;
  if (named === 'ID') return toGlobalId(ID_TYPES[name as keyof typeof ID_TYPES] ?? 'Ticket', ABSENT);
  if (!(named in SAMPLES)) throw new Error(`There is no sample of ${named}`);
  return SAMPLES[named];
}

/** A document with one root field and its required arguments. */
function documentOf(operation: string, field: GraphQLField<unknown, unknown>): readonly [string, Json] {
  const args = field.args.filter(({ type }) => isNonNullType(type));
  const declared = args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const given = args.map(({ name }) => `${name}: $${name}`).join(', ');
  const text = `${operation} ${declared && `(${declared})`} { ${field.name}${given && `(${given})`} { __typename } }`;
  return [text, Object.fromEntries(args.map(({ name, type }) => [name, sampleOf(type, name)]))];
}

const fieldsOfRoot = (root: ReturnType<typeof schema.getQueryType>) => Object.values(root?.getFields() ?? {});
const codesOf = (errors: Json): readonly string[] => (errors ?? []).map((error: Json) => error.extensions?.code);
const expectedOf = (key: string) =>
  callers.filter(([, rights]) => !permits(PERMISSIONS[key] as Permission, rights)).map(([name]) => name);

describe('the callers who get FORBIDDEN are those whom the table leaves out', () => {
  it.each(
    [
      ...fieldsOfRoot(schema.getQueryType()).map((field) => ['Query', 'query', field] as const),
      ...fieldsOfRoot(schema.getMutationType()).map((field) => ['Mutation', 'mutation', field] as const),
    ].map((row) => [`${row[0]}.${row[2].name}`, row[1], row[2]] as const),
  )('%s', async (key, operation, field) => {
    const [text, variables] = documentOf(operation, field);
    const forbidden: string[] = [];
    for (const [name, , by] of callers) {
      const { errors, status } = await companies.ask(by, text, variables);
      expect([status, errors.map(({ extensions }) => extensions.code)]).not.toEqual([
        400,
        expect.arrayContaining(['GRAPHQL_VALIDATION_FAILED']),
      ]);
      if (codesOf(errors).includes('FORBIDDEN')) forbidden.push(name);
    }
    expect(forbidden).toEqual(expectedOf(key));
  });

  it('of subscriptions over a socket', async () => {
    const forbidden: Record<string, string[]> = {};
    const expected: Record<string, readonly string[]> = {};
    for (const field of fieldsOfRoot(schema.getSubscriptionType())) {
      forbidden[field.name] = [];
      expected[field.name] = expectedOf(`Subscription.${field.name}`);
    }
    for (const [name, , by] of callers) {
      const client: Client = companies.socket(by);
      for (const field of fieldsOfRoot(schema.getSubscriptionType())) {
        const [text, variables] = documentOf('subscription', field);
        const listener = await listenOver(client, text, variables);
        listener.leave();
        const refused = await listener.ended.then(
          () => codesOf(listener.results.flatMap(({ errors = [] }) => errors)),
          (errors: Json) => codesOf(errors),
        );
        expect(refused.filter((code) => code !== 'FORBIDDEN')).toEqual([]);
        if (refused.length > 0) forbidden[field.name]?.push(name);
      }
      await client.dispose();
    }
    expect(forbidden).toEqual(expected);
  });
});

describe('a person of a client', () => {
  const PAYLOAD = 'ticket { id state } userErrors { __typename }';
  const mutate = async (name: string, input: Json) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const by = await companies.person('Acme');
    return companies.ask(by, `mutation ($input: ${type}!) { ${name}(input: $input) { ${PAYLOAD} } }`, { input });
  };
  const SUBJECT = { subject: 'x', impacts: SEV2, channel: 'EXTRANET' };
  const open = async (client: string): Promise<string> =>
    (await companies.change('submitTicket', { ...SUBJECT, clientId: companies.ids[client] }, 'ticket { id }')).ticket
      .id;
  const message = { direction: 'INBOUND', channel: 'EXTRANET', body: 'x' };

  it.each<[string, Json, readonly string[]]>([
    ['communicate', message, []],
    ['reopenTicket', {}, ['resolveTicket']],
    ['closeTicket', {}, ['resolveTicket']],
    ['closeTicket', { reason: 'Withdrawn' }, []],
  ])('may use %s with %p on its own ticket, and a foreign one is not found', async (name, more, before) => {
    const [own, foreign] = [await open('Acme'), await open('Globex')];
    for (const ticketId of [own, foreign]) {
      for (const first of before) await companies.change(first, { ticketId }, 'ticket { id }');
    }
    expect((await mutate(name, { ...more, ticketId: own })).data[name]).toMatchObject({
      ticket: { id: own },
      userErrors: [],
    });
    expect((await mutate(name, { ...more, ticketId: foreign })).data[name]).toEqual({
      ticket: null,
      userErrors: [{ __typename: 'NotFound' }],
    });
  });

  it('submits tickets of its own client only', async () => {
    const [own, foreign] = [companies.ids.Acme, companies.ids.Globex];
    expect((await mutate('submitTicket', { ...SUBJECT, clientId: own })).data.submitTicket.userErrors).toEqual([]);
    expect((await mutate('submitTicket', { ...SUBJECT, clientId: foreign })).data.submitTicket).toEqual({
      ticket: null,
      userErrors: [{ __typename: 'NotFound' }],
    });
  });

  it('may not record outbound messages, or set an assignee', async () => {
    const ticketId = await open('Acme');
    const outbound = await mutate('communicate', { ...message, direction: 'OUTBOUND', ticketId });
    const assigned = await mutate('submitTicket', { ...SUBJECT, clientId: companies.ids.Acme, assignee: 'Ada' });
    expect([outbound.errors, assigned.errors].map(codesOf)).toEqual([['FORBIDDEN'], ['FORBIDDEN']]);
  });

  it.each<[string, Json]>([
    ['submitTicket', SUBJECT],
    ['communicate', message],
    ['closeTicket', { reason: 'Withdrawn' }],
    ['reopenTicket', {}],
  ])('may not say in %s when something happened', async (name, input) => {
    const named = name === 'submitTicket' ? { clientId: companies.ids.Acme } : { ticketId: await open('Acme') };
    const { errors } = await mutate(name, { ...input, ...named, occurredAt: new Date(Date.now() - 1000) });
    expect([codesOf(errors), errors[0]?.message]).toEqual([
      ['FORBIDDEN'],
      'The role CLIENT cannot set occurredAt; leave it out.',
    ]);
  });

  it('gets, when a command is refused, the others that it may use', async () => {
    const by = await companies.person('Acme');
    const document = `mutation ($input: ReopenTicketInput!) { reopenTicket(input: $input) { userErrors {
      message ... on IllegalTransition { allowed } } } }`;
    const ticketId = await open('Acme');
    const { data } = await companies.ask(by, document, { input: { ticketId } });
    expect(data.reopenTicket.userErrors).toEqual([
      {
        allowed: ['COMMUNICATE', 'CLOSE'],
        message: 'A ticket in state open does not accept reopen. Accepted commands: communicate, close.',
      },
    ]);
    const actions = await companies.ask(by, 'query ($id: ID!) { ticket(id: $id) { allowedActions { reason } } }', {
      id: ticketId,
    });
    const reasons = actions.data.ticket.allowedActions.map(({ reason }: Json) => reason);
    expect(reasons).toContain(data.reopenTicket.userErrors[0].message);
  });

  it('is shown as allowed only what it may use', async () => {
    const id = await open('Acme');
    const actionsOf = async (by: Credential): Promise<readonly Json[]> =>
      (
        await companies.ask(by, 'query ($id: ID!) { ticket(id: $id) { allowedActions { command allowed reason } } }', {
          id,
        })
      ).data.ticket.allowedActions;
    const everything = await actionsOf(companies.admin);
    const commandOf = (command: string): string =>
      MUTATION_OF[
        command.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase()) as keyof typeof MUTATION_OF
      ];
    for (const [name, rights, by] of callers) {
      if (!permits(PERMISSIONS['Query.ticket'] as Permission, rights)) continue;
      const actions = await actionsOf(by);
      expect(actions).toEqual(
        everything.map((action) =>
          permits(PERMISSIONS[commandOf(action.command)] as Permission, rights)
            ? { ...action, reason: action.reason === null ? null : expect.any(String) }
            : {
                command: action.command,
                allowed: false,
                reason: expect.stringMatching(
                  rights.role === 'SERVICE' ? /scope WRITE/ : `The role ${name} may not use`,
                ),
              },
        ),
      );
    }
    expect(everything.filter(({ allowed }) => allowed).map(({ command }) => command)).toContain('ACKNOWLEDGE');
  });
});
