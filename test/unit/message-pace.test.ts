import { expect, it } from '@jest/globals';
import { MessagePace, messageCost, PACE, PING_COST } from '../../src/adapters/http/websocket/message-pace';

function paced() {
  let at = 0;
  const pace = new MessagePace(() => at);
  return {
    pace,
    pass: (ms: number) => {
      at += ms;
    },
  };
}

it('a socket can send so much in a window, and again in the next', () => {
  const { pace, pass } = paced();
  const spend = pace.open('192.0.2.1');
  for (let round = 0; round < 5; round++) {
    expect([spend(PACE.perSocket - 1), spend(1), spend(1)]).toEqual([true, true, false]);
    pass(PACE.windowMs - 1);
    expect(spend(1)).toBe(false);
    pass(1);
  }
});

it('above the limit of an address, its sockets that sent little go on, also those that are new', () => {
  const { pace, pass } = paced();
  const little = pace.open('192.0.2.1');
  expect(little(10)).toBe(true);
  const spends = Array.from({ length: 5 }, () => pace.open('192.0.2.1'));
  expect(spends.map((spend) => spend(PACE.perSocket))).toEqual([true, true, true, true, false]);
  expect([little(10), pace.open('192.0.2.1')(1), pace.open('192.0.2.1')(1_001)]).toEqual([true, true, false]);
  expect(pace.open('192.0.2.2')(PACE.perSocket)).toBe(true);
  pass(PACE.windowMs);
  expect(spends[0]?.(PACE.perSocket)).toBe(true);
});

it('a ping costs ten short messages, and a long message by its length', () => {
  expect([messageCost(10) + PING_COST, messageCost(4_096), messageCost(256 * 1_024)]).toEqual([10, 2, 65]);
});
