import { createInterface } from 'node:readline/promises';
import type { Logger } from 'pino';
import { erasedNumbers, erasureResult } from '../adapters/cli/erasure/erasure-summary';
import { writeLines } from '../adapters/cli/line-output';
import { progressOn } from '../adapters/cli/progress';
import { createErasureStore } from '../adapters/persistence/erasure/postgres-erasure-store';
import { agentCaller } from '../application/agent-caller';
import { ErasureRefused, type ErasureRequest, erase } from '../application/erasure/erase';
import type { Config } from '../config';
import { personOf } from '../domain/ticket/erasure';
import type { ImportOutput } from './cli-import-command';
import { type OwnedDatabase, type Store, withStore } from './open-store';
import { recordOnHost, userOfHost } from './record-on-host';

export interface EraseOptions extends ErasureRequest {
  /** Whether the person has confirmed it in the command. */
  readonly isConfirmed: boolean;
}

/**
 * `stepdown erase`. Without a confirmation it prints what it would erase, and asks.
 *
 * @param input where the answer comes from
 * @returns the exit code
 */
export const runErase = (
  config: Config,
  options: EraseOptions,
  to: ImportOutput,
  log: Logger,
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean } = process.stdin,
): Promise<0 | 1> => {
  if (!options.isConfirmed && !options.isDryRun && !input.isTTY) {
    throw new ErasureRefused(
      'An erasure cannot be undone. Add --yes to erase, or --dry-run to see what would be erased.',
    );
  }
  return withStore(config, log, { command: 'erase', opening: 'AS_IT_IS' }, async (store) => {
    const audit = auditOf(store, config, options);
    const run = (request: ErasureRequest) => store.asOwner((owner) => eraseIn(owner, request, to, audit));
    if (options.isConfirmed || options.isDryRun) return await run(options);
    const exitCode = await run({ ...options, isDryRun: true });
    const lines = createInterface({ input, output: to.stderr });
    const answer = await lines.question('An erasure cannot be undone. Type "erase" to go on: ');
    lines.close();
    if (answer.trim() === 'erase') return await run(options);
    writeLines(to.stdout, ['Nothing was erased.']);
    return exitCode;
  });
};

/** Adds an entry to the audit log. */
type Audit = (pseudonym: string | null, detail: string) => Promise<void>;

/** The audit log of an erasure, without what is erased: its operator can be the erased person. */
function auditOf({ pool, clock }: Store, { operator }: Config, { persons, tickets }: ErasureRequest): Audit {
  const { isNamed } = personOf(persons, []);
  const actor = isNamed(operator) ? null : agentCaller(operator).actor;
  const user = userOfHost();
  const by = user === null || isNamed(user) ? '' : `, by ${user}`;
  return (pseudonym, detail) => {
    const subject = pseudonym ?? `tickets ${tickets.join(', ')}`;
    return recordOnHost({ pool, clock }, { kind: 'ERASED', actor, subject, detail: `${detail}${by}` });
  };
}

async function eraseIn(
  { pool, url }: OwnedDatabase,
  request: ErasureRequest,
  to: ImportOutput,
  audit: Audit,
): Promise<0 | 1> {
  const store = createErasureStore({ pool, url });
  const progress = progressOn(to.stderr);
  const onBegin = async (pseudonym: string | null): Promise<void> => {
    if (!request.isDryRun) await audit(pseudonym, 'begun');
    if (pseudonym === null) return;
    if (!request.isDryRun) {
      progress.line(`The person becomes ${pseudonym}. If this is interrupted, run it again with --as ${pseudonym}.`);
    }
    progress.phase('Looking through', await store.countTickets(), 'tickets');
  };
  const onProgress = (tickets: number) => progress.update(tickets);
  const summary = await erase(request, { store, onBegin, onProgress }).finally(() => progress.stop());
  if (!request.isDryRun) await audit(summary.pseudonym, erasedNumbers(summary));
  const { lines, exitCode } = erasureResult(summary, request.isDryRun);
  writeLines(to.stdout, lines);
  return exitCode;
}
