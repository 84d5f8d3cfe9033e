import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import { compilePolicy } from '../../src/domain/policy/compile-policy';
import type { CommitmentKind, Policy, PolicyDocument, Target } from '../../src/domain/policy/policy';
import type { Severity } from '../../src/domain/severity';

const ROOT = join(__dirname, '../..');

/**
 * The policy that the service ships with: its path, its text, its document, and version 1 of it.
 */
export const CIMCLOUD_FILE = join(ROOT, 'policies/cimcloud.yaml');
export const CIMCLOUD_TEXT = readFileSync(CIMCLOUD_FILE, 'utf8');
export const CIMCLOUD_DOCUMENT = cimcloudDocument();
export const CIMCLOUD: Policy = compilePolicy(CIMCLOUD_DOCUMENT, 1);

/**
 * Parses the policy once for all test files: expanding its holidays takes 0.7 s of CPU time. The
 * cached document is used while the policy, all sources and the locked packages are the same.
 */
function cimcloudDocument(): PolicyDocument {
  const folder = join(ROOT, 'node_modules/.cache/stepdown-tests');
  const file = join(folder, 'cimcloud.json');
  const inputs = hashOfInputs();
  try {
    const cached = JSON.parse(readFileSync(file, 'utf8')) as { inputs: string; document: PolicyDocument };
    if (cached.inputs === inputs) return cached.document;
  } catch {
    // There is none yet.
  }
  const text = JSON.stringify({ inputs, document: loadParser()(CIMCLOUD_TEXT, { fileName: CIMCLOUD_FILE }) });
  try {
    mkdirSync(folder, { recursive: true });
    // Another worker may write the same file at the same time.
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // Without the cache, for example in a folder of another user, tests are only slower.
  }
  return (JSON.parse(text) as { document: PolicyDocument }).document;
}

function hashOfInputs(): string {
  const hash = createHash('sha256')
    .update(CIMCLOUD_TEXT)
    .update(readFileSync(join(ROOT, 'package-lock.json')));
  for (const entry of readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest('hex');
}

function loadParser(): typeof parsePolicy {
  const module = require('../../src/adapters/policy-files/load-policy') as { parsePolicy: typeof parsePolicy };
  return module.parsePolicy;
}

/** The same policy with some of it changed. */
export const policyWith = (changes: Partial<PolicyDocument>): Policy =>
  compilePolicy({ ...CIMCLOUD_DOCUMENT, ...changes }, 1);

/**
 * The severities of the same policy with the target of one kind changed at one severity; null
 * leaves it out, so that the policy does not promise it.
 */
export const severitiesWith = (
  severity: Severity,
  kind: CommitmentKind,
  change: Partial<Target> | null,
): PolicyDocument['severities'] =>
  CIMCLOUD_DOCUMENT.severities.map((level) => {
    const { [kind]: target, ...others } = level.targets;
    if (level.severity !== severity) return level;
    if (target === undefined) throw new Error(`${severity} has no ${kind}`);
    return { ...level, targets: change === null ? others : { ...others, [kind]: { ...target, ...change } } };
  });
