import { expect, it } from '@jest/globals';
import pino from 'pino';
import { presentError } from '../../src/adapters/graphql/errors';
import { isDataError, lockedError } from '../../src/adapters/persistence/database/database-errors';
import { DataLockedError, StatementTimedOut, StoreBusyError } from '../../src/application/ports/store-errors';

const outOfConnections = Object.assign(new Error('too many clients already'), { code: '53300' });
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

it.each([
  [new StoreBusyError('All connections are in use'), 'TOO_BUSY', /^All connections are in use, so this request/],
  [
    new DataLockedError('Another transaction holds it'),
    'LOCKED',
    /^Another transaction holds it, so nothing was changed/,
  ],
  [new StatementTimedOut('It ran too long.'), 'OPERATION_TIMED_OUT', /^It ran too long\.$/],
  [outOfConnections, 'SERVICE_UNAVAILABLE', /has no free connection/],
  [refused, 'SERVICE_UNAVAILABLE', /cannot be reached/],
])('%s is shown as what it is', (error, code, message) => {
  const shown = presentError(error, { message: '' }, 'id', { logger: pino({ level: 'silent' }), introspection: true });
  expect(shown.extensions?.code).toBe(code);
  expect(shown.message).toMatch(message);
});

it('a lock of another transaction is not taken for an error of a row', () => {
  const locked = Object.assign(new Error('could not obtain lock'), { code: '55P03' });
  expect(isDataError(lockedError(locked))).toBe(false);
});
