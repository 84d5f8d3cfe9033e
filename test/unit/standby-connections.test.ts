import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import type { ClientBase } from 'pg';
import { StandbyConnections } from '../../src/adapters/persistence/database/standby-connections';

/** A connection, and whether it was cut. */
function connection() {
  let isCut = false;
  const stream = Object.assign(new EventEmitter(), {
    destroy: () => {
      isCut = true;
      stream.emit('close');
    },
  });
  return { client: { connection: { stream } } as unknown as ClientBase, isCut: () => isCut };
}

test('connections to a standby are cut when one leads to another server that is the primary', () => {
  const connections = new StandbyConnections();
  const [first, second, third] = [connection(), connection(), connection()];
  connections.note(first.client, { server: 'a', isStandby: true });
  connections.note(second.client, { server: 'a', isStandby: true });
  connections.note(third.client, { server: 'b', isStandby: false });
  expect([first, second, third].map(({ isCut }) => isCut())).toEqual([true, true, false]);
});

test('those to a standby that has become the primary stay', () => {
  const connections = new StandbyConnections();
  const [first, second, third] = [connection(), connection(), connection()];
  connections.note(first.client, { server: 'a', isStandby: true });
  connections.note(second.client, { server: 'a', isStandby: false });
  connections.note(third.client, { server: 'b', isStandby: false });
  expect([first, second, third].map(({ isCut }) => isCut())).toEqual([false, false, false]);
});
