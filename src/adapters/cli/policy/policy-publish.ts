import { type PolicyOutcome, publishPolicy } from '../../../application/policies/publish-policy';
import type { Caller } from '../../../application/ports/caller';
import type { PolicyText } from '../../../application/ports/policies';
import type { Services } from '../../../application/ports/services';
import { explainRefusal } from '../../../domain/ticket/refusals';
import { PolicyCommandError } from './named-policy';
import { impactLines } from './policy-impact-lines';

/**
 * `stepdown policy publish`: publishes a policy file, or reports what publishing it would change.
 *
 * @returns the lines to print
 * @throws PolicyCommandError if the policy is refused
 */
export async function publishFile(
  services: Pick<Services, 'clock' | 'policies' | 'readPolicy' | 'reader'>,
  caller: Caller,
  file: string,
  { yaml, document }: PolicyText,
  dryRun: boolean,
): Promise<readonly string[]> {
  const outcome = await publishPolicy(services, caller, { yaml, dryRun }, null);
  if (outcome.refusals.length > 0) throw new PolicyCommandError(outcome.refusals.map(explainRefusal).join('\n'), 1);
  return outcomeLines(file, document.id, outcome);
}

function outcomeLines(file: string, id: string, { policy, isNew, impact }: PolicyOutcome): readonly string[] {
  if (impact !== null) {
    const comparison = isNew
      ? `would be a new version of ${id}`
      : `has the same content as the latest version of ${id}`;
    return [`${file} ${comparison}.`, ...impactLines(file, impact)];
  }
  if (policy === null) return [];
  const name = `${policy.id}/${policy.version}`;
  return [isNew ? `Published ${name}.` : `${name} has the same content; nothing was published.`];
}
