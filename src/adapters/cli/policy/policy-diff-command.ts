import { policyImpact } from '../../../application/policies/dry-run-policy';
import { type Caller, OWN_WORK } from '../../../application/ports/caller';
import type { ReadServices } from '../../../application/ports/services';
import { compilePolicy } from '../../../domain/policy/compile-policy';
import { explainRefusal } from '../../../domain/ticket/refusals';
import { writeJson } from '../json-output';
import { type LineOutput, writeLines } from '../line-output';
import { clientLines, clientsUnder, diffLines } from './diff-lines';
import { diffPolicies } from './diff-policies';
import { isVersionName, type NamedPolicy, namedPolicy, PolicyCommandError } from './named-policy';
import { impactLines } from './policy-impact-lines';

export interface PolicyDiffOptions {
  /**
   * Each a file, a version of the default policy (`3`) or a version of another policy (`gold/3`).
   */
  readonly before: string;
  readonly after: string;
  /** Whether to print the effect of the second policy on the open tickets. */
  readonly tickets: boolean;
  /** Whether to print one JSON document. */
  readonly json?: boolean;
}

/** Whether the diff needs the database; two files are compared without it. */
export const diffNeedsStore = ({ before, after, tickets }: PolicyDiffOptions): boolean =>
  tickets || isVersionName(before) || isVersionName(after);

/** Prints the differences between two policy files. @throws PolicyCommandError */
export async function diffFiles({ before, after, json }: PolicyDiffOptions, output: LineOutput): Promise<void> {
  const [old, now] = [await namedPolicy(before, null), await namedPolicy(after, null)];
  if (json === true) writeJson(output, differencesOf(old, now));
  else writeLines(output, diffLines(old, now));
}

const differencesOf = (before: NamedPolicy, after: NamedPolicy) => ({
  before: before.name,
  after: after.name,
  differences: diffPolicies(before.document, after.document),
});

/**
 * Prints the differences between two policies, the clients that the second one applies to and, if
 * wanted, its effect on the open tickets.
 *
 * @throws PolicyCommandError
 */
export async function diffWithStore(
  services: ReadServices,
  caller: Caller,
  options: PolicyDiffOptions,
  output: LineOutput,
): Promise<void> {
  const { policies } = services;
  const before = await namedPolicy(options.before, policies);
  const after = await namedPolicy(options.after, policies);
  const terms = await policies.terms(OWN_WORK);
  if (options.json === true) {
    const clients = clientsUnder(after.document.id, policies.defaultPolicyId, terms);
    const impact = options.tickets ? await impactOf(services, caller, after) : null;
    return writeJson(output, { ...differencesOf(before, after), clients, impact });
  }
  writeLines(output, diffLines(before, after));
  writeLines(output, ['', ...clientLines(after.document.id, policies.defaultPolicyId, terms)]);
  if (!options.tickets) return;
  writeLines(output, ['', ...impactLines(after.name, await impactOf(services, caller, after))]);
}

/** The effect of a policy on the open tickets. @throws PolicyCommandError if it has none */
async function impactOf(services: ReadServices, caller: Caller, { published, document }: NamedPolicy) {
  const refusals = await services.policies.refusalsOf(OWN_WORK, published ?? document);
  if (refusals.length > 0) throw new PolicyCommandError(refusals.map(explainRefusal).join('\n'), 1);
  return policyImpact(services, caller, published ?? compilePolicy(document, 0), services.clock.now());
}
