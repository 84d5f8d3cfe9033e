import { policyImpact } from '../../../application/policies/dry-run-policy';
import { type Caller, OWN_WORK } from '../../../application/ports/caller';
import type { ReadServices } from '../../../application/ports/services';
import { compilePolicy } from '../../../domain/policy/compile-policy';
import { explainRefusal } from '../../../domain/ticket/refusals';
import { type LineOutput, writeLines } from '../line-output';
import { clientLines, diffLines } from './diff-lines';
import { isVersionName, namedPolicy, PolicyCommandError } from './named-policy';
import { impactLines } from './policy-impact-lines';

export interface PolicyDiffOptions {
  /**
   * Each a file, a version of the default policy (`3`) or a version of another policy (`gold/3`).
   */
  readonly before: string;
  readonly after: string;
  /** Whether to print the effect of the second policy on the open tickets. */
  readonly tickets: boolean;
}

/** Whether the diff needs the database; two files are compared without it. */
export const diffNeedsStore = ({ before, after, tickets }: PolicyDiffOptions): boolean =>
  tickets || isVersionName(before) || isVersionName(after);

/** Prints the differences between two policy files. @throws PolicyCommandError */
export async function diffFiles({ before, after }: PolicyDiffOptions, output: LineOutput): Promise<void> {
  writeLines(output, diffLines(await namedPolicy(before, null), await namedPolicy(after, null)));
}

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
  const { policies, clock } = services;
  const before = await namedPolicy(options.before, policies);
  const after = await namedPolicy(options.after, policies);
  writeLines(output, diffLines(before, after));
  writeLines(output, ['', ...clientLines(after.document.id, policies.defaultPolicyId, await policies.terms(OWN_WORK))]);
  if (!options.tickets) return;
  const refusals = await policies.refusalsOf(OWN_WORK, after.published ?? after.document);
  if (refusals.length > 0) throw new PolicyCommandError(refusals.map(explainRefusal).join('\n'), 1);
  const policy = after.published ?? compilePolicy(after.document, 0);
  const impact = await policyImpact(services, caller, policy, clock.now());
  writeLines(output, ['', ...impactLines(after.name, impact)]);
}
