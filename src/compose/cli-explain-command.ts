import type { Logger } from 'pino';
import type { LineOutput } from '../adapters/cli/line-output';
import { type ExplainOptions, explain } from '../adapters/cli/ticket/explain-command';
import { createTicketReader } from '../adapters/persistence/tickets/postgres-ticket-reader';
import type { Config } from '../config';
import { withStore } from './open-store';

/** `stepdown explain`. */
export const runExplain = (config: Config, options: ExplainOptions, output: LineOutput, log: Logger): Promise<void> =>
  withStore(config, log, { command: 'explain', opening: 'AS_IT_IS' }, async ({ pool, policies, clock }) => {
    output.write(await explain({ reader: createTicketReader({ pool }), policies, clock }, options));
  });
