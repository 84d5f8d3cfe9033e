import type { Logger } from 'pino';
import type { LineOutput } from '../adapters/cli/line-output';
import { writeLines } from '../adapters/cli/line-output';
import { policyInFile } from '../adapters/cli/policy/named-policy';
import {
  diffFiles,
  diffNeedsStore,
  diffWithStore,
  type PolicyDiffOptions,
} from '../adapters/cli/policy/policy-diff-command';
import { listPolicies } from '../adapters/cli/policy/policy-list';
import { publishFile } from '../adapters/cli/policy/policy-publish';
import { createTicketReader } from '../adapters/persistence/tickets/postgres-ticket-reader';
import { agentCaller } from '../application/agent-caller';
import type { Services } from '../application/ports/services';
import type { Config } from '../config';
import { type Store, withStore } from './open-store';

/** `stepdown policy list`. */
export const runPolicyList = (config: Config, output: LineOutput, log: Logger, asJson = false): Promise<void> =>
  withStore(config, log, { command: 'policy list', opening: 'AS_IT_IS' }, ({ policies, database }) =>
    listPolicies(policies, database, output, asJson),
  );

/** `stepdown policy publish`. The file is checked before a database is started. */
export async function runPolicyPublish(
  config: Config,
  { file, dryRun }: { readonly file: string; readonly dryRun: boolean },
  output: LineOutput,
  log: Logger,
): Promise<void> {
  const text = await policyInFile(file);
  const opening = dryRun ? 'AS_IT_IS' : 'MIGRATE';
  await withStore(config, log, { command: 'policy publish', opening }, async (store) => {
    // The file was read together with the files that it names.
    const services = { ...policyServices(store), readPolicy: async () => ({ ok: true, text }) as const };
    writeLines(output, await publishFile(services, agentCaller(config.operator), file, text, dryRun));
  });
}

/**
 * `stepdown policy diff`. Two files are compared without a configuration and without a database.
 */
export async function runPolicyDiff(
  configure: () => Promise<Config>,
  options: PolicyDiffOptions,
  output: LineOutput,
  log: Logger,
): Promise<void> {
  if (!diffNeedsStore(options)) return diffFiles(options, output);
  const config = await configure();
  await withStore(config, log, { command: 'policy diff', opening: 'AS_IT_IS' }, (store) =>
    diffWithStore(policyServices(store), agentCaller(config.operator), options, output),
  );
}

const policyServices = ({ clock, policies, pool }: Store): Pick<Services, 'clock' | 'policies' | 'reader'> => ({
  clock,
  policies,
  reader: createTicketReader({ pool }),
});
