import type { Logger } from 'pino';
import type { LineOutput } from '../adapters/cli/line-output';
import type { Config } from '../config';
import { withStore } from './open-store';

/** `stepdown migrate`: for a database whose service may not change tables. */
export const runMigrate = (config: Config, output: LineOutput, log: Logger): Promise<void> =>
  withStore(config, log, { command: 'migrate', opening: 'MIGRATE' }, async ({ database, migrated }) => {
    const done = migrated.map((name) => `Ran ${name}.\n`).join('');
    const title = `${database.charAt(0).toUpperCase()}${database.slice(1)}`;
    output.write(`${done}${title} has all tables of this version.\n`);
  });
