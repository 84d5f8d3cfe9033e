import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import { compilePolicy } from '../../src/domain/policy/compile-policy';
import type { Policy, PolicyDocument } from '../../src/domain/policy/policy';

/**
 * The policy that the service ships with: its path, its text, its document, and version 1 of it.
 */
export const CIMCLOUD_FILE = join(__dirname, '../../policies/cimcloud.yaml');
export const CIMCLOUD_TEXT = readFileSync(CIMCLOUD_FILE, 'utf8');
export const CIMCLOUD_DOCUMENT: PolicyDocument = parsePolicy(CIMCLOUD_TEXT, { fileName: CIMCLOUD_FILE });
export const CIMCLOUD: Policy = compilePolicy(CIMCLOUD_DOCUMENT, 1);

/** The same policy with some of it changed. */
export const policyWith = (changes: Partial<PolicyDocument>): Policy =>
  compilePolicy({ ...CIMCLOUD_DOCUMENT, ...changes }, 1);
