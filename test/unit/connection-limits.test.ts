import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import { clientAddresses, type TrustProxy } from '../../src/adapters/http/client-address';
import { Connections } from '../../src/adapters/http/connection-limits';

const LIMITS = { inAll: 20, perAddress: 8 };

function edge(trust: TrustProxy = { kind: 'NONE' }) {
  const connections = new Connections(LIMITS, clientAddresses(trust));
  /** Names of the connections that were closed. */
  const closed: string[] = [];
  const open = (name: string, remoteAddress: string): Socket => {
    const socket = Object.assign(new EventEmitter(), {
      remoteAddress,
      destroy: () => {
        closed.push(name);
        socket.emit('close');
      },
    });
    connections.add(socket as unknown as Socket);
    return socket as unknown as Socket;
  };
  const ask = (socket: Socket, complete = true) => {
    const response = new EventEmitter();
    connections.begin({ socket, complete } as IncomingMessage, response as ServerResponse);
    return () => response.emit('close');
  };
  const many = (count: number, address: string) =>
    Array.from({ length: count }, (_, n) => open(`${address} ${n}`, address));
  return { connections, closed, open, ask, many };
}

it('of one address, the longest idle gives way, and a busy one does not', () => {
  const { connections, closed, open, ask, many } = edge();
  const all = many(8, '192.0.2.1');
  const answers = all.slice(0, 6).map((socket) => ask(socket));
  open('next', '192.0.2.1');
  expect(closed).toEqual(['192.0.2.1 6']);
  // One that waits for the rest of its request counts as idle; one that was answered is the last.
  answers[3]?.();
  ask(all[7] as Socket, false);
  open('next', '192.0.2.1');
  open('next', '192.0.2.1');
  open('next', '192.0.2.1');
  expect(closed.slice(1)).toEqual(['192.0.2.1 7', 'next', '192.0.2.1 3']);
  expect(connections.count).toBe(8);
});

it('when all of an address are busy, its next one is closed, and others are let in', () => {
  const { closed, open, ask, many } = edge();
  for (const socket of many(8, '2001:db8::1')) ask(socket);
  open('next', '2001:db8::2');
  open('other', '192.0.2.1');
  expect(closed).toEqual(['next']);
});

it.each<[string, TrustProxy, string]>([
  ['this machine', { kind: 'NONE' }, '127.0.0.1'],
  ['this machine, mapped', { kind: 'NONE' }, '::ffff:127.0.0.1'],
  ['a trusted proxy', { kind: 'NETWORKS', networks: ['10.0.0.0/8'] }, '10.1.1.1'],
  ['the last proxies', { kind: 'HOPS', hops: 1 }, '10.1.1.1'],
])('the address of %s has only the limit of all', (_, trust, address) => {
  const { closed, ask, many } = edge(trust);
  for (const socket of many(20, address)) ask(socket);
  expect(closed).toEqual([]);
});

it('in all, the address with the most gives way, and WebSockets do not', () => {
  const { connections, closed, open, many } = edge();
  for (const socket of many(8, '192.0.2.1')) connections.upgrade(socket);
  many(5, '192.0.2.2');
  many(7, '192.0.2.3');
  open('next', '192.0.2.4');
  expect(closed).toEqual(['192.0.2.2 0']);
});

it('when all are busy, an address with few is still let in', () => {
  const { closed, open, ask, many } = edge({ kind: 'HOPS', hops: 1 });
  for (const socket of many(20, '10.0.0.1')) ask(socket);
  const [probe] = many(1, '10.0.0.2');
  expect(closed).toEqual([]);
  open('next', '10.0.0.1');
  expect(closed).toEqual(['10.0.0.2 0']);
  expect(probe).toBeDefined();
});

it('a connection that ends in any way makes room', () => {
  const { connections, closed, ask, many } = edge();
  for (let round = 0; round < 5; round++) {
    const all = many(8, '192.0.2.1');
    for (const socket of all) ask(socket);
    for (const socket of all) socket.emit('close');
  }
  expect([closed, connections.count]).toEqual([[], 0]);
});
