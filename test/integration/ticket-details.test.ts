import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Json, SEV2, SEV3, startTestService, type TestService } from '../support/graphql-service';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const FIELDS =
  'id version subject description reporter externalUrl tags contacts { name email phone role } impacts { audience }';
const ERRORS =
  'userErrors { __typename path ... on InvalidInput { field } ... on FollowUpNeeded { followUpOf ticket { id state } } }';
const mutate = (name: string, input: Json): Promise<Json> =>
  service.mutate(name, input, `ticket { ${FIELDS} } ${ERRORS}`);
const done = async (name: string, input: Json): Promise<Json> => {
  const { ticket, userErrors } = await mutate(name, input);
  expect(userErrors).toEqual([]);
  return ticket;
};
const ADA = { name: 'Ada', email: 'ada@example.com', phone: '+1 555 0100', role: 'IT manager' };
const found = async (filter: Json): Promise<number> =>
  (
    await service.data('query ($filter: TicketFilter) { tickets(filter: $filter, first: 5) { totalCount } }', {
      filter,
    })
  ).tickets.totalCount;

describe('updateTicket', () => {
  it('changes what is given, clears what is null, and keeps the rest', async () => {
    const input = {
      subject: 'Old walrus',
      impacts: SEV2,
      description: 'd',
      reporter: 'Rob',
      contacts: [{ name: 'Ben' }],
    };
    const { id: ticketId } = await done('submitTicket', input);
    const updated = await done('updateTicket', {
      ticketId,
      subject: 'New pelican',
      description: null,
      tags: [' vip ', 'VIP', 'shop'],
      contacts: [ADA],
      externalUrl: 'https://example.com/1',
    });
    expect(updated).toMatchObject({
      version: 2,
      subject: 'New pelican',
      description: null,
      reporter: 'Rob',
      tags: ['vip', 'shop'],
      contacts: [ADA],
      externalUrl: 'https://example.com/1',
    });
    const { ticket } = await service.data(
      `query ($id: ID!) { ticket(id: $id) { events(first: 5, types: [TICKET_UPDATED]) { nodes { ... on TicketUpdatedEvent {
         changed before { subject description tags contacts { name } reporter } after { subject description tags contacts { name } } } } } } }`,
      { id: ticketId },
    );
    expect(ticket.events.nodes).toEqual([
      {
        changed: ['SUBJECT', 'DESCRIPTION', 'EXTERNAL_URL', 'TAGS', 'CONTACTS'],
        before: { subject: 'Old walrus', description: 'd', tags: [], contacts: [{ name: 'Ben' }], reporter: null },
        after: { subject: 'New pelican', description: null, tags: ['vip', 'shop'], contacts: [{ name: 'Ada' }] },
      },
    ]);
    expect([await found({ text: 'pelican' }), await found({ tag: { eq: 'VIP' } })]).toEqual([1, 1]);
    await done('updateTicket', { ticketId, reporter: 'Olga Newname', tags: null });
    expect([await found({ reporter: { eq: 'olga newname' } }), await found({ tag: { eq: 'vip' } })]).toEqual([1, 0]);
  });

  it('records nothing when it is sent again', async () => {
    const { id: ticketId } = await done('submitTicket', { subject: 's', impacts: SEV2 });
    const input = { ticketId, tags: ['a'], contacts: [{ name: 'Ben' }] };
    expect(await done('updateTicket', input)).toMatchObject({ version: 2 });
    expect(await done('updateTicket', input)).toMatchObject({ version: 2, tags: ['a'] });
  });

  it.each([
    ['nothing', {}, ['input']],
    ['no subject', { subject: null }, ['input', 'subject']],
    ['a blank name', { contacts: [{ name: ' ' }] }, ['input', 'contacts', '0', 'name']],
    ['too many contacts', { contacts: Array(21).fill({ name: 'n' }) }, ['input', 'contacts']],
    ['a blank tag', { tags: ['a', ' '] }, ['input', 'tags']],
  ])('refuses %s', async (_, input, path) => {
    const { id: ticketId } = await done('submitTicket', { subject: 's', impacts: SEV2 });
    expect((await mutate('updateTicket', { ticketId, ...input })).userErrors).toMatchObject([
      { __typename: 'InvalidInput', path },
    ]);
  });
});

describe('a closed ticket', () => {
  it('is followed up by a ticket that takes over client, contacts and impacts', async () => {
    const { id: ticketId } = await done('submitTicket', {
      subject: 'First',
      impacts: SEV3,
      reporter: 'Rob',
      contacts: [ADA],
    });
    await done('closeTicket', { ticketId, reason: 'a duplicate' });
    const message = { ticketId, direction: 'INBOUND', channel: 'EMAIL', body: 'it is back' };
    const { userErrors } = await mutate('communicate', message);
    expect(userErrors).toEqual([
      {
        __typename: 'FollowUpNeeded',
        path: ['input'],
        followUpOf: ticketId,
        ticket: { id: ticketId, state: 'CLOSED' },
      },
    ]);
    const next = { subject: 'Again', followUpOf: userErrors[0].followUpOf };
    const all = await done('submitTicket', { ...next, takeOver: ['CONTACTS', 'IMPACTS'] });
    expect(all).toMatchObject({ contacts: [ADA], reporter: 'Rob', impacts: [{ audience: SEV3[0]?.audience }] });
    const some = await done('submitTicket', { ...next, takeOver: ['CONTACTS'], impacts: SEV2, reporter: 'Olga' });
    expect(some).toMatchObject({ contacts: [ADA], reporter: 'Olga', impacts: [{ audience: SEV2[0]?.audience }] });
    expect(await done('submitTicket', { ...next, impacts: SEV2 })).toMatchObject({ contacts: [], reporter: null });
  });

  it.each<[string, Json, string, readonly string[]]>([
    ['nothing to take over from', { takeOver: ['IMPACTS'] }, 'InvalidInput', ['takeOver']],
    ['no impacts', {}, 'InvalidInput', ['impacts']],
    ['two sources of impacts', { takeOver: ['IMPACTS'], impacts: SEV2, followUpOf: 'x' }, 'InvalidInput', ['impacts']],
    [
      'two sources of contacts',
      { takeOver: ['CONTACTS'], impacts: SEV2, contacts: [], followUpOf: 'x' },
      'InvalidInput',
      ['contacts'],
    ],
  ])('is not followed up with %s', async (_, input, __typename, path) => {
    const { userErrors } = await mutate('submitTicket', { subject: 's', ...input });
    expect(userErrors).toMatchObject([{ __typename, path: ['input', ...path] }]);
  });

  it('that does not exist is named', async () => {
    const followUpOf = Buffer.from('Ticket:01890000-0000-7000-8000-000000000000').toString('base64url');
    const { userErrors } = await mutate('submitTicket', { subject: 's', takeOver: ['IMPACTS'], followUpOf });
    expect(userErrors).toMatchObject([{ __typename: 'NotFound', path: ['input', 'followUpOf'] }]);
  });
});
