import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { createPeople } from '../../src/adapters/persistence/access/postgres-people';
import { PERMISSIONS } from '../../src/application/access/permissions';
import { type ClockedService, startClockedService } from '../support/clocked-service';
import { SEV2 } from '../support/impacts';
import { recording } from '../support/recorded-statements';
import { documentOf, type RootField, rootFieldsOf, SchemaCrawler } from '../support/schema-crawler';
import { callersBySeenClients, SEEN_CLIENTS } from '../support/seen-clients';
import { openStore } from '../support/store';
import {
  agreeTerms,
  type Belongings,
  belongingsOf,
  decoded,
  inventedLike,
  namesOf,
  newMark,
  pairsFor,
  writeTickets,
} from '../support/walled-companies';

// The time of an answer tells what exists if an id of others takes other statements than an id of
// nothing. The service of this test has no engine and no feed, so that each statement belongs to
// the operation that is sent.

const schema = buildGraphQLSchema();
const crawler = new SchemaCrawler(schema);

let service: ClockedService;
let own: Belongings;
let foreign: Belongings;
let invented: Belongings;
let sees: string;

beforeAll(async () => {
  const store = await openStore({ policiesStaleMs: 3_600_000 });
  service = await startClockedService({ callers: callersBySeenClients }, store);
  const belongings: Belongings[] = [];
  for (const mark of [newMark(), newMark()]) {
    const { client } = await service.mutate('createClient', { name: namesOf(mark).client }, 'client { id }');
    const uuid = decoded(client.id)?.slice('Client:'.length) ?? '';
    await agreeTerms(service.data, client.id, mark);
    await writeTickets(store, uuid, mark);
    const key = { name: namesOf(mark).apiKey, scopes: ['READ'], clientId: client.id };
    await service.mutate('createApiKey', key, 'apiKey { id }');
    const person = { subject: mark, name: namesOf(mark).agent, email: null, role: 'AGENT', clientIds: [uuid] } as const;
    await createPeople(store.dataSource).learn({ ...person, tokenIssuedAt: store.clock.now() }, store.clock.now());
    belongings.push(await belongingsOf(service.data, client.id, mark));
  }
  [own, foreign] = belongings as [Belongings, Belongings];
  invented = inventedLike(foreign);
  sees = decoded(own.ids.Client[0] ?? '')?.slice('Client:'.length) ?? '';
  // The policy of new tickets is read.
  await service.ask(
    'mutation ($impacts: [ImpactInput!]!) { submitTicket(input: { subject: "x", impacts: $impacts }) { ticket { id } } }',
    { impacts: SEV2 },
    { [SEEN_CLIENTS]: sees },
  );
});
afterAll(() => service.close());

/** The root fields of callers who see some clients. */
const roots = rootFieldsOf(schema).filter(({ kind, name }) => {
  const { client, agent, service: scope } = PERMISSIONS[name] ?? { client: false, agent: false, service: 'ADMIN' };
  return kind !== 'subscription' && (client || agent || scope !== 'ADMIN');
});

describe('what belongs to others takes the statements of what does not exist, by', () => {
  const statementsOf = async ({ kind, field }: RootField, args: unknown, selection: string): Promise<string[]> => {
    const { query, variables } = documentOf(kind, field, args, selection);
    const sent = await recording(async () => {
      await service.ask(query, variables, { [SEEN_CLIENTS]: sees });
    });
    return sent.map(({ text }) => text).sort();
  };

  it('which are recorded', async () => {
    const ticket = roots.find(({ name }) => name === 'Query.ticket') as RootField;
    expect(await statementsOf(ticket, { id: own.ids.Ticket[0] }, '{ id }')).toEqual([
      expect.stringMatching(/FROM tickets/),
    ]);
  });

  it.each(roots.map((root) => [root.name, root] as const))('%s', async (_name, root) => {
    for (const [others, none] of pairsFor(root, { own, foreign, invented })) {
      const selection = crawler.shortSelection(root, others);
      // What the process keeps is read by the first. A change is not repeated.
      if (root.kind === 'query') await statementsOf(root, none, selection);
      const expected = await statementsOf(root, none, selection);
      expect([others, await statementsOf(root, others, selection)]).toEqual([others, expected]);
    }
  });
});
