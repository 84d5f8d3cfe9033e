import type { Logger } from 'pino';
import { diffLines, forWhom, impactLines, type NamedPolicy } from '../adapters/cli/policy/policy-diff';
import { readPolicyText } from '../adapters/cli/policy/policy-file';
import { systemClock } from '../adapters/clock/system-clock';
import { problemLine } from '../adapters/documents/document-error';
import { callerBy } from '../adapters/http/operator';
import { createTicketReader } from '../adapters/persistence/tickets/postgres-ticket-reader';
import { readPolicy } from '../adapters/policy-files/read-policy';
import { policyImpact } from '../application/policies/dry-run-policy';
import { publishPolicy } from '../application/policies/publish-policy';
import type { PolicyText } from '../application/ports/policies';
import type { Config } from '../config';
import { toIso } from '../domain/instant';
import { compilePolicy } from '../domain/policy/compile-policy';
import type { Policy } from '../domain/policy/policy';
import { explainRefusal } from '../domain/ticket/refusals';
import { openStore, type Store } from './open-store';

/** A policy that was named cannot be used: the sentences say why. */
export class PolicyCommandError extends Error {
  override readonly name = 'PolicyCommandError';
  constructor(
    message: string,
    /** As `stepdown policy check` ends: 1 for a policy with problems, 2 for one that is not there. */
    readonly exitCode: 1 | 2,
  ) {
    super(message);
  }
}

interface Output {
  write(text: string): unknown;
}

const print = (output: Output, lines: readonly string[]): void => {
  output.write(`${lines.join('\n')}\n`);
};

/** `stepdown policy list`: every version, the latest published first. */
export async function runPolicyList(config: Config, output: Output, log: Logger): Promise<void> {
  const store = await openStore(config, log, 'stepdown policy list');
  try {
    let after: string | null = null;
    do {
      const page = await store.policies.publications({ count: 100, from: 'START', after, before: null });
      for (const { node } of page.edges) {
        const { id, version, publishedAt, publishedBy } = node;
        const by = publishedBy === null ? 'the configured file' : publishedBy.name;
        print(output, [`${id}/${version}  ${toIso(publishedAt)}  ${by}`]);
      }
      after = page.hasNextPage ? (page.edges.at(-1)?.cursor ?? null) : null;
    } while (after !== null);
  } finally {
    await store.close();
  }
}

/**
 * `stepdown policy publish`, on behalf of the configured operator.
 *
 * @throws PolicyCommandError where the file is no policy, or may not be published
 */
export async function runPolicyPublish(
  config: Config,
  { file, dryRun }: { readonly file: string; readonly dryRun: boolean },
  output: Output,
  log: Logger,
): Promise<void> {
  const { yaml, document } = await policyIn(file);
  const store = await openStore(config, log, 'stepdown policy publish');
  try {
    const services = { ...store, clock: systemClock, readPolicy, reader: createTicketReader(store) };
    const caller = callerBy(config.operator)({ headers: {} });
    const { policy, isNew, impact, refusals } = await publishPolicy(services, caller, { yaml, dryRun }, null);
    if (refusals.length > 0) throw new PolicyCommandError(refusals.map(explainRefusal).join('\n'), 1);
    if (impact !== null) {
      const wouldBe = isNew ? 'would be a new version' : 'says what the latest version says';
      print(output, [`${file} ${wouldBe} of ${document.id}.`, ...impactLines(file, impact)]);
    } else if (policy !== null) {
      const name = `${policy.id}/${policy.version}`;
      print(output, [isNew ? `Published ${name}.` : `${name} says the same; nothing was published.`]);
    }
  } finally {
    await store.close();
  }
}

/**
 * `stepdown policy diff`: what the second policy says otherwise than the first; for whom, where a published version is
 * named; and, where asked, what it would have meant for the tickets that are open.
 *
 * @param names each a file, a version of the service's policy (`3`), or one of another (`gold/3`)
 * @throws PolicyCommandError
 */
export async function runPolicyDiff(
  config: () => Config,
  names: readonly [before: string, after: string],
  tickets: boolean,
  output: Output,
  log: Logger,
): Promise<void> {
  const isStored = tickets || names.some((name) => versionOf(name) !== null);
  const store = isStored ? await openStore(config(), log, 'stepdown policy diff') : null;
  try {
    const [before, after] = [await policyNamed(names[0], store), await policyNamed(names[1], store)];
    print(output, diffLines(before, after));
    if (store === null) return;
    print(output, ['', ...forWhom(after.document.id, store.policies.defaultPolicyId, await store.policies.terms())]);
    if (!tickets) return;
    const refusals = await store.policies.refusalsOf(after.document);
    if (refusals.length > 0) throw new PolicyCommandError(refusals.map(explainRefusal).join('\n'), 1);
    const policy = 'version' in after.document ? (after.document as Policy) : compilePolicy(after.document, 0);
    const services = { policies: store.policies, reader: createTicketReader(store) };
    const caller = callerBy(config().operator)({ headers: {} });
    print(output, ['', ...impactLines(after.name, await policyImpact(services, caller, policy, systemClock.now()))]);
  } finally {
    await store?.close();
  }
}

/** `3` or `gold/3`; null for the name of a file. */
function versionOf(name: string): { readonly id: string | null; readonly version: number } | null {
  const [, id = null, version] = /^(?:([a-z][a-z0-9-]*)\/)?([1-9]\d{0,8})$/.exec(name) ?? [];
  return version === undefined ? null : { id, version: Number(version) };
}

async function policyNamed(name: string, store: Store | null): Promise<NamedPolicy> {
  const asked = versionOf(name);
  if (asked === null || store === null) return { name, document: (await policyIn(name)).document };
  const id = asked.id ?? store.policies.defaultPolicyId;
  const policy = await store.policies.version(id, asked.version);
  if (policy === null) {
    const latest = await store.policies.latest(id);
    const there = latest === null ? `no policy ${id} is published` : `the latest is ${latest.version}`;
    throw new PolicyCommandError(`There is no version ${asked.version} of ${id}; ${there}.`, 2);
  }
  return { name: `${id}/${asked.version}`, document: policy };
}

async function policyIn(file: string): Promise<PolicyText> {
  const read = await readPolicyText(file);
  if ('failure' in read) throw new PolicyCommandError(`${file} ${read.failure}.`, 2);
  const policy = await readPolicy(read.text);
  if (policy.ok) return policy.text;
  const problems = policy.problems.map((found) => problemLine(file, { ...found, message: found.problem }));
  throw new PolicyCommandError(problems.join('\n'), 1);
}
