import { readFileSync } from 'node:fs';
import { OperatorError } from '../../application/operator-error';
import type { ConfiguredPolicy } from '../../application/ports/configured-policy';
import { readYaml } from '../documents/yaml-source';
import { parsePolicy } from './load-policy';
import { policyFingerprint } from './policy-fingerprint';
import { folderOf } from './policy-folder';

/** The configured policy file cannot be read. */
export class PolicyFileUnreadable extends OperatorError {
  override readonly name = 'PolicyFileUnreadable';
}

/**
 * Reads the policy file that the service is configured with. The file is parsed only if it is
 * published or has no id.
 *
 * @throws PolicyFileUnreadable; DocumentError if the file has no id
 */
export function readConfiguredPolicy(fileName: string): ConfiguredPolicy {
  let text: string;
  try {
    text = readFileSync(fileName, 'utf8');
  } catch (error) {
    throw new PolicyFileUnreadable(
      `STEPDOWN_POLICY_FILE names ${fileName}, which cannot be read: ${(error as Error).message}. ` +
        'Set it to a policy file, or leave it unset for policies/cimcloud.yaml.',
      { cause: error },
    );
  }
  const folder = folderOf(fileName);
  const document = () => parsePolicy(text, { fileName, folder });
  const { value } = readYaml(text);
  const id = (value as { readonly id?: unknown } | undefined)?.id;
  return {
    // Parsing a file without an id throws an error that says what is wrong.
    id: typeof id === 'string' ? id : document().id,
    fingerprint: policyFingerprint(value, folder),
    yaml: text,
    document,
  };
}
