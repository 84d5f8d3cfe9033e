import { compilePolicy } from '../../domain/policy/compile-policy';
import type { Policy } from '../../domain/policy/policy';
import { explainRefusal, type Refusal } from '../../domain/ticket/refusals';
import { OperatorError } from '../operator-error';
import { OWN_WORK } from '../ports/caller';
import type { ConfiguredPolicies, ConfiguredPolicy } from '../ports/configured-policy';
import type { Policies } from '../ports/policies';

/**
 * The configured policy lacks a calendar that clients use, or has a calendar that ends before a
 * target. The message has one line per refusal.
 */
export class ConfiguredPolicyRefused extends OperatorError {
  override readonly name = 'ConfiguredPolicyRefused';
  constructor(readonly refusals: readonly Refusal[]) {
    super(refusals.map(explainRefusal).join('\n'));
  }
}

/**
 * Publishes the configured policy file, so that tickets can be opened.
 *
 * @param when `CHANGED` publishes the file if it differs from the one of the last start; `MISSING`
 * publishes it only if its policy has no version yet
 * @returns the policy in force, and whether the file has changes that are not published
 * @throws ConfiguredPolicyRefused, DocumentError
 */
export async function publishConfiguredPolicy(
  policies: ConfiguredPolicies,
  file: ConfiguredPolicy,
  when: 'CHANGED' | 'MISSING',
): Promise<{ readonly policy: Policy; readonly hasUnpublishedChanges: boolean }> {
  if (when === 'CHANGED' || (await policies.latest(OWN_WORK, file.id)) === null) {
    throwIfRefused(await policies.publishConfigured(file));
  }
  const policy = await policies.current(null);
  // Terms set while another policy was configured may name calendars that this one lacks.
  throwIfRefused(await policies.refusalsOf(OWN_WORK, policy));
  return { policy, hasUnpublishedChanges: await policies.differsFromPublished(file) };
}

/**
 * The policies as they would be after `publishConfiguredPolicy` with `MISSING`; publishes nothing.
 */
export async function policiesForDryRun(
  policies: ConfiguredPolicies,
  file: ConfiguredPolicy,
): Promise<{ readonly policies: Policies; readonly hasUnpublishedChanges: boolean }> {
  if ((await policies.latest(OWN_WORK, file.id)) !== null) {
    return { policies, hasUnpublishedChanges: await policies.differsFromPublished(file) };
  }
  const policy = compilePolicy(file.document(), 1);
  const only = { current: async () => policy, inForce: async () => [policy] };
  return { policies: { ...policies, ...only }, hasUnpublishedChanges: false };
}

function throwIfRefused(refusals: readonly Refusal[]): void {
  if (refusals.length > 0) throw new ConfiguredPolicyRefused(refusals);
}
