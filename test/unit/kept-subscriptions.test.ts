import { expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { KeptSubscriptions } from '../../src/adapters/http/live/kept-subscriptions';
import type { Json } from '../support/graphql-service';

it.each<[string, (place: number) => Json]>([
  ['comments', (place) => ({ query: `subscription { ticketEvents { cursor } } # ${place} 漢${'x'.repeat(240_000)}` })],
  [
    'variables',
    (place) => ({
      query: 'subscription { ticketEvents { cursor } }',
      variables: { place, unused: 'x'.repeat(240_000) },
    }),
  ],
])('the memory that all subscriptions keep is bounded, with long %s', async (_, payloadOf) => {
  const counts = new KeptSubscriptions(16);
  const kept = (place: number) => {
    const payload = payloadOf(place);
    const document = parse(payload.query);
    return counts.add({ document, variables: payload.variables ?? {}, length: JSON.stringify(payload).length });
  };
  const four = [0, 1, 2, 3].map(kept);
  for (const forget of four) expect(forget).toEqual(expect.any(Function));
  expect(kept(4)).toContain('at most 2 MiB, an eighth of STEPDOWN_OPERATION_MEMORY_MB');
  for (const forget of four) (forget as () => void)();
  expect([4, 5, 6, 7].map(kept)).toEqual(Array(4).fill(expect.any(Function)));
});
