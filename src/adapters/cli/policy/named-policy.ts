import { OperatorError } from '../../../application/operator-error';
import { OWN_WORK } from '../../../application/ports/caller';
import type { Policies, PolicyText } from '../../../application/ports/policies';
import type { Policy, PolicyDocument } from '../../../domain/policy/policy';
import { problemLine } from '../../documents/document-error';
import { folderOf } from '../../policy-files/policy-folder';
import { checkPolicyText } from '../../policy-files/read-policy';
import { readPolicyText } from './policy-file';

/** A policy of the command line cannot be used; the message says why, one line per problem. */
export class PolicyCommandError extends OperatorError {
  override readonly name = 'PolicyCommandError';
  constructor(
    message: string,
    /**
     * The same codes as `stepdown policy check`: 1 for a policy with problems, 2 for one that does
     * not exist.
     */
    readonly exitCode: 1 | 2,
  ) {
    super(message);
  }
}

/** A policy with the name that the command prints for it. */
export interface NamedPolicy {
  /** The name of the file, or `id/version`. */
  readonly name: string;
  readonly document: PolicyDocument;
  /** The published version; null for a file. */
  readonly published: Policy | null;
}

/** Whether an argument names a published version, such as `3` or `gold/3`, and not a file. */
export const isVersionName = (argument: string): boolean => versionOf(argument) !== null;

/** The version that `3` or `gold/3` names; null for the name of a file. */
function versionOf(argument: string): { readonly id: string | null; readonly version: number } | null {
  const [, id = null, version] = /^(?:([a-z][a-z0-9-]*)\/)?([1-9]\d{0,8})$/.exec(argument) ?? [];
  return version === undefined ? null : { id, version: Number(version) };
}

/**
 * The policy that an argument names: a file, a version of the default policy (`3`) or a version of
 * another policy (`gold/3`).
 *
 * @param policies null reads files only
 * @throws PolicyCommandError
 */
export async function namedPolicy(argument: string, policies: Policies | null): Promise<NamedPolicy> {
  const wanted = versionOf(argument);
  if (wanted === null || policies === null) {
    return { name: argument, document: (await policyInFile(argument)).document, published: null };
  }
  const id = wanted.id ?? policies.defaultPolicyId;
  const policy = await policies.version(OWN_WORK, id, wanted.version);
  if (policy === null) {
    const latest = await policies.latest(OWN_WORK, id);
    const hint = latest === null ? `no policy ${id} is published` : `the latest is ${latest.version}`;
    throw new PolicyCommandError(`There is no version ${wanted.version} of ${id}; ${hint}.`, 2);
  }
  return { name: `${id}/${wanted.version}`, document: policy, published: policy };
}

/** Reads and parses a policy file. @throws PolicyCommandError */
export async function policyInFile(file: string): Promise<PolicyText> {
  const read = await readPolicyText(file);
  if ('failure' in read) throw new PolicyCommandError(`${file} ${read.failure}.`, 2);
  const policy = checkPolicyText(read.text, folderOf(file));
  if (policy.ok) return policy.text;
  const problems = policy.problems.map((found) => problemLine(file, { ...found, message: found.problem }));
  throw new PolicyCommandError(problems.join('\n'), 1);
}
