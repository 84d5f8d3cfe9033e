import type { PolicyRead } from '../../application/ports/policies';
import { DocumentError } from '../documents/document-error';
import { readYaml } from '../documents/yaml-source';
import { parsePolicy } from './load-policy';
import { policyFingerprint } from './policy-fingerprint';
import { NO_FOLDER, type PolicyFolder } from './policy-folder';

/**
 * Parses a policy from a request or a file. Takes 40 ms for the bundled policy and half a second
 * for one with fifty calendars, so a serving process calls it through `createPolicyReader`.
 *
 * @param folder the folder of the file; a policy from a request has none
 */
export function checkPolicyText(yaml: string, folder: PolicyFolder = NO_FOLDER): PolicyRead {
  try {
    const document = parsePolicy(yaml, { fileName: 'yaml', folder });
    return { ok: true, text: { yaml, fingerprint: policyFingerprint(readYaml(yaml).value, folder), document } };
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return {
      ok: false,
      problems: error.problems.map(({ line, column, field, message }) => ({
        code: 'InvalidPolicy',
        line,
        column,
        field,
        problem: message,
      })),
    };
  }
}
