import { jest } from '@jest/globals';

// Imported before all others by a test of what the database keeps back by itself. In that test the
// code decides nothing: every caller may see every client, and no statement has a condition on the
// client.
jest.mock('../../src/application/visibility', () => ({
  ...(jest.requireActual('../../src/application/visibility') as object),
  sees: () => true,
}));
jest.mock('../../src/adapters/persistence/lists/conditions', () => {
  const actual = jest.requireActual('../../src/adapters/persistence/lists/conditions') as {
    compare: (...args: readonly [string, ...unknown[]]) => string;
  };
  const compare: typeof actual.compare = (...args) =>
    args[0].endsWith('client_id') ? 'TRUE' : actual.compare(...args);
  return { ...actual, compare };
});
