import { EventEmitter } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Client, type ClientBase } from 'pg';
import { DatabaseSockets } from '../../src/adapters/persistence/database/database-sockets';
import { type DatabaseState, DatabaseWatch } from '../../src/adapters/persistence/database/database-watch';
import { StorageFaults } from '../../src/adapters/persistence/database/storage-faults';
import {
  InsufficientStorageError,
  isConnectionLost,
  isStoreUnavailable,
} from '../../src/application/ports/store-errors';

const answer = (severity: string, code: string, message = 'could not write to file "pg_wal/xlogtemp.7"') =>
  Object.assign(new Error(message), { severity, code });

const ERROR = answer('ERROR', '53100');
const PANIC = answer('PANIC', '53100');
const RECOVERING = answer('FATAL', '57P03', 'the database system is in recovery mode');

/** Faults that listen to a connection on which these errors arrive. */
const faultsAfter = (...errors: readonly Error[]) => {
  const connection = new EventEmitter();
  const faults = new StorageFaults();
  let ends = 0;
  faults.onEnd(() => {
    ends += 1;
  });
  faults.listenTo({ connection } as unknown as ClientBase);
  for (const error of errors) connection.emit('errorMessage', error);
  return { faults, ends };
};

describe('a server that panics because its disk is full', () => {
  test.each([
    [PANIC, true],
    [answer('PANIC', 'XX000', 'could not locate a valid checkpoint record'), true],
    [answer('FATAL', '53100'), true],
    [answer('FATAL', '28P01', 'password authentication failed'), false],
    [ERROR, false],
  ])('has lost the connection, so that a COMMIT is looked up: %#', (error, isLost) => {
    expect(isConnectionLost(error)).toBe(isLost);
    expect(isStoreUnavailable(error)).toBe(isLost || error === ERROR);
  });

  test.each([
    [[], false, 0],
    [[RECOVERING], false, 0],
    [[ERROR], true, 0],
    [[ERROR, PANIC], true, 1],
    [[PANIC, RECOVERING], true, 1],
  ])('is remembered: %#', (errors, isRecent, ended) => {
    const { faults, ends } = faultsAfter(...errors);
    expect([faults.isRecent, ends]).toEqual([isRecent, ended]);
  });
});

describe('a watch of a database that cannot be reached', () => {
  let watch: DatabaseWatch | null = null;
  let server: Server | null = null;
  afterEach(async () => {
    await watch?.close();
    server?.close();
  });

  test.each<[string, readonly Error[], boolean, DatabaseState]>([
    ['no fault', [], false, 'UNREACHABLE'],
    ['a fault of the disk', [ERROR], false, 'OUT_OF_SPACE'],
    ['a panic', [PANIC], false, 'OUT_OF_SPACE'],
    ['a disk of this host that is full', [], true, 'OUT_OF_SPACE'],
  ])('after %s', async (_, errors, isFull, expected) => {
    // A server that closes every connection.
    server = createServer((socket) => socket.destroy());
    const { port } = await new Promise<{ port: number }>((resolve) => {
      server?.listen(0, '127.0.0.1', () => resolve(server?.address() as { port: number }));
    });
    const url = `postgresql://user@127.0.0.1:${port}/none`;
    const sockets = new DatabaseSockets();
    const { faults } = faultsAfter(...errors);
    const state = await new Promise<DatabaseState>((resolve) => {
      const settings = { url, sockets, faults, onSample: () => undefined, onChange: resolve };
      watch = new DatabaseWatch({ ...settings, isDiskFull: async () => isFull });
      watch.start();
    });
    expect(state).toBe(expected);
    const refused = await new Client({ connectionString: url, stream: sockets.open }).connect().catch((e) => e);
    expect(refused instanceof InsufficientStorageError).toBe(expected === 'OUT_OF_SPACE');
  });
});
