import type { ReadPolicy } from '../../application/ports/policies';
import { DocumentError } from '../documents/document-error';
import { readYaml } from '../documents/yaml-source';
import { expandHolidaysAhead } from './check-calendars';
import { parsePolicy } from './load-policy';
import { policyFingerprint } from './policy-fingerprint';

/** Reads a policy file that a caller sent; returns its problems where it has any. */
export const readPolicy: ReadPolicy = async (yaml) => {
  await expandHolidaysAhead(readYaml(yaml).value);
  try {
    const document = parsePolicy(yaml, { fileName: 'yaml' });
    return { ok: true, text: { yaml, fingerprint: policyFingerprint(readYaml(yaml).value), document } };
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
};
