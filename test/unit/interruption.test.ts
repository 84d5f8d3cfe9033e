import { expect, test } from '@jest/globals';
import { interruptionText } from '../../src/application/interruption';
import {
  CommitUnknownError,
  DataLockedError,
  InsufficientStorageError,
  isServerFault,
  OutdatedProcessError,
  StoreUnresponsiveError,
} from '../../src/application/ports/store-errors';

const answer = (code: string, message: string, severity = 'ERROR') =>
  Object.assign(new Error(message), { code, severity });

const LOST = 'The database went away during the import: 2 tickets are in. Run the same command again';
const ended = (reason: string, run = 'Run') =>
  `The import ended: ${reason}. 2 tickets are in. ${run} the same command again`;

test.each([
  [answer('57P01', 'terminating connection', 'FATAL'), LOST],
  [Object.assign(new Error('reset'), { code: 'ECONNRESET' }), LOST],
  [new CommitUnknownError(null), LOST],
  [
    new InsufficientStorageError(answer('53100', 'could not extend file')),
    ended('the disk of the database is full or cannot be written', 'Make room on it, then run'),
  ],
  [
    answer('58030', 'could not write'),
    ended('the disk of the database is full or cannot be written', 'Make room on it, then run'),
  ],
  [answer('53300', 'sorry, too many clients'), ended('the database has no free connection')],
  [answer('53200', 'out\nof  memory.'), ended('the database answers “out of memory”')],
  [answer('57P01', 'raised by a trigger'), ended('the database answers “raised by a trigger”')],
  [new DataLockedError('Another transaction holds a lock'), ended('another transaction holds a lock')],
  [new StoreUnresponsiveError('UNANSWERED'), ended('the database does not answer')],
  [new OutdatedProcessError('This version is too old.'), ended('this version is too old')],
])('%s ends an import with its reason', (error, sentence) => {
  expect(isServerFault(error)).toBe(true);
  const text = interruptionText('import', error, '2 tickets are in');
  expect(text).toBe(`${sentence} to go on; it skips the tickets that are in.`);
});

test.each([answer('22003', 'out of range'), answer('23514', 'check'), answer('P0001', 'raised'), new Error('bug')])(
  '%s is no fault of the server',
  (error) => {
    expect(isServerFault(error)).toBe(false);
  },
);
