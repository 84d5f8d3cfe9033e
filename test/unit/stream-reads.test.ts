import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import type { RequestContext } from '../../src/adapters/graphql/context';
import { ticketEventStream } from '../../src/adapters/graphql/subscription/ticket-event-stream';
import type { Caller } from '../../src/application/ports/caller';
import { chargeText } from '../../src/application/ports/texts-read';
import { operationOf } from '../support/actors';

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
  for await (const { ticket } of await ticketEventStream(context, {}, null, () => true)) delivered.push(ticket.id);
  expect(delivered).toEqual(['first', 'second', 'third']);
  expect(caller.texts?.characters).toBe(0);
});
