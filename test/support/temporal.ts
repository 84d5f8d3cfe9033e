import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import type { Temporal as TemporalNamespace } from 'temporal-polyfill';

/**
 * Temporal, as the tests' independent reference. The package has ES modules only, which jest cannot
 * require; its script for browsers runs in a context of its own, so that it extends no one else's
 * globals.
 */
// Where there is a `process`, its objects do not carry a text of themselves for debugging.
const context = createContext({ process: {} });
runInContext(
  readFileSync(join(__dirname, '../../node_modules/temporal-polyfill/global.js'), 'utf8'),
  context,
  'temporal-polyfill/global.js',
);
export const Temporal: typeof TemporalNamespace = runInContext('Temporal', context);
