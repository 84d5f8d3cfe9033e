import 'reflect-metadata';
import { expect, it, test } from '@jest/globals';
import { type GraphQLResolveInfo, Kind, parse } from 'graphql';
import type { RequestContext } from '../../src/adapters/graphql/context';
import { selectsField } from '../../src/adapters/graphql/subscription/selects-field';
import { type StreamSelection, ticketEventStream } from '../../src/adapters/graphql/subscription/ticket-event-stream';
import type { Caller } from '../../src/application/ports/caller';
import { chargeText } from '../../src/application/ports/texts-read';
import { operationOf } from '../support/actors';

const EVERYTHING: StreamSelection = { matchesEvent: () => true, matchesTicket: null, hasTicket: true };

it('a subscription goes on, however much it has read, since each event is charged on its own', async () => {
  const caller = operationOf(new AbortController().signal, 100);
  const reader = {
    ticketById: async ({ texts }: Caller, id: string) => {
      chargeText(texts, 60);
      return { id };
    },
  };
  const ids = ['first', 'second', 'third'];
  const feed = {
    subscribe: () => ({
      take: async () => ids.splice(0, 1).map((ticketId) => ({ ticketId })),
      return: async () => undefined,
    }),
  };
  const context = { services: { reader, feed, log: { place: async () => 0 } }, caller } as unknown as RequestContext;
  const delivered: string[] = [];
  for await (const { ticket } of await ticketEventStream(context, {}, null, EVERYTHING)) {
    delivered.push(`${ticket?.id}`);
  }
  expect(delivered).toEqual(['first', 'second', 'third']);
  expect(caller.texts?.characters).toBe(0);
});

it.each([
  ['no field and no condition of a filter is made of it', false, null, []],
  ['a field is made of it', true, null, ['first']],
  ['a condition of the filter is made of it', false, () => true, ['first']],
] as const)(
  'a subscription reads the ticket of an event as needed: %s',
  async (_, hasTicket, matchesTicket, expected) => {
    const read: string[] = [];
    const reader = {
      ticketById: async (_caller: Caller, id: string) => {
        read.push(id);
        return { id };
      },
    };
    const feed = { subscribe: () => ({ take: async () => [{ ticketId: 'first' }] }) };
    const caller = operationOf(new AbortController().signal, 100);
    const context = { services: { reader, feed, log: { place: async () => 0 } }, caller } as unknown as RequestContext;
    const stream = await ticketEventStream(context, {}, null, { matchesEvent: () => true, matchesTicket, hasTicket });
    const { value } = await stream.next();
    expect(value.event).toEqual({ ticketId: 'first' });
    expect(value.ticket).toEqual(expected.length === 0 ? null : { id: 'first' });
    expect(read).toEqual(expected);
  },
);

test.each([
  ['ticketEvents { cursor }', false],
  ['ticketEvents { cursor event { ticket { id } } }', false],
  ['ticketEvents { ticket { id } }', true],
  ['ticketEvents { case: ticket { id } }', true],
  ['ticketEvents { cursor ... { ticket { id } } }', true],
  ['ticketEvents { cursor ... @include(if: $all) { ...Parts } }', true],
  ['ticketEvents { cursor } ticketEvents { ticket { id } }', true],
])('whether %s needs the ticket of an event: %s', (selection, expected) => {
  const document = parse(`subscription ($all: Boolean!) { ${selection} } fragment Parts on P { ticket { id } }`);
  const [operation, parts] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation');
  const info = { fieldNodes: operation.selectionSet.selections, fragments: { Parts: parts } };
  expect(selectsField(info as unknown as GraphQLResolveInfo, 'ticket')).toBe(expected);
});
