import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/instant';
import { type ClockedService, startClockedService } from '../support/clocked-service';
import type { Json } from '../support/graphql-service';
import { SEV1, SEV4 } from '../support/impacts';

let service: ClockedService;
let tickets: Record<'overdue' | 'call' | 'reply' | 'unassigned' | 'later', string>;

const work = async (args = '', fields = 'nodes { reason at ticket { id } }'): Promise<Json> =>
  (await service.data(`{ workList${args} { ${fields} } }`)).workList;
const places = async (args = ''): Promise<readonly (readonly [string, string])[]> =>
  (await work(args)).nodes.map(({ reason, ticket }: Json) => [reason, ticket.id]);

beforeAll(async () => {
  service = await startClockedService();
  const submit = (impacts: readonly Json[], more: Json = {}) => service.submit(impacts, more);
  const said = { direction: 'OUTBOUND', channel: 'EMAIL', body: 'We are on it.' };
  const change = async (name: string, input: Json) => {
    const { userErrors } = await service.mutate(name, input);
    expect(userErrors).toEqual([]);
  };
  const overdue = await submit(SEV1, { assignee: 'Ada' });
  service.store.clock.move(40 * MINUTE_MS);
  const [call, reply, unassigned, later] = [
    await submit(SEV1, { assignee: 'Ada' }),
    await submit(SEV4, { assignee: 'Ada' }),
    await submit(SEV4),
    await submit(SEV4, { assignee: 'Grace' }),
  ];
  for (const ticketId of [call, reply, unassigned, later]) await change('communicate', { ticketId, ...said });
  await change('communicate', { ticketId: reply, ...said, direction: 'INBOUND' });
  tickets = { overdue, call, reply, unassigned, later };
});
afterAll(() => service.close());

describe('workList', () => {
  it('has the reason for each ticket, the most urgent first', async () => {
    expect(await places()).toEqual([
      ['OVERDUE', tickets.overdue],
      ['AWAITING_REPLY', tickets.reply],
      ['CALL_OUTSTANDING', tickets.call],
      ['UNASSIGNED', tickets.unassigned],
      ['LATER', tickets.later],
    ]);
  });

  it('is of an assignee, of no assignee, or of a client', async () => {
    expect(await places('(assignee: "ADA")')).toEqual([
      ['OVERDUE', tickets.overdue],
      ['AWAITING_REPLY', tickets.reply],
      ['CALL_OUTSTANDING', tickets.call],
    ]);
    expect(await places('(unassigned: true)')).toEqual([['UNASSIGNED', tickets.unassigned]]);
    const { ticket } = await service.data(`{ ticket(id: "${tickets.later}") { client { id } } }`);
    expect((await places(`(client: "${ticket.client.id}")`)).length).toBe((await places()).length);
    expect(await places('(assignee: "Someone else")')).toEqual([]);
  });

  it('counts, and says by which time the tickets of a reason are ordered', async () => {
    const { totalCount, nodes } = await work(
      '(first: 2)',
      'totalCount nodes { at ticket { openedAt awaitingReplySince } }',
    );
    expect(totalCount).toBe((await places()).length);
    const [{ at, ticket }, second] = nodes;
    expect(Date.parse(at) - Date.parse(ticket.openedAt)).toBe(15 * MINUTE_MS);
    expect(second.at).toBe(second.ticket.awaitingReplySince);
  });

  it('shows the same instant on a later page, although time has passed', async () => {
    const first = await work('(first: 2)', 'nodes { ticket { id } } pageInfo { endCursor }');
    const rest = (await places()).slice(2);
    service.store.clock.move(5 * MINUTE_MS);
    expect(await places(`(after: "${first.pageInfo.endCursor}")`)).toEqual(rest);
    service.store.clock.move(HOUR_MS);
    expect(await places(`(after: "${first.pageInfo.endCursor}")`)).not.toEqual(rest);
  });

  it.each(['assignee: "Ada", unassigned: true', 'unassigned: true, client: "Q2xpZW50OjE"'])(
    'refuses %s together',
    async (args) => {
      const { errors } = await service.ask(`{ workList(${args}) { nodes { reason } } }`);
      expect(errors[0]?.message).toBe('At most one of assignee, unassigned and client can be given.');
    },
  );
});
