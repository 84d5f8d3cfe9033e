import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { dependenciesPage, reasonsIn, refusedLicences } from '../support/dependencies-page';
import { broughtBy, directDependencies, productionPackages, readLockfile } from '../support/locked-packages';
import { productionBill } from '../support/production-bill';

const lockfile = readLockfile();
const page = readFileSync(join(__dirname, '../../docs/DEPENDENCIES.md'), 'utf8');
const packages = productionPackages(lockfile);

describe('docs/DEPENDENCIES.md', () => {
  it('lists the packages of the lock file; after a change run `npm run deps`', () => {
    expect(dependenciesPage(lockfile, page, () => null)).toBe(page);
  });

  it('gives a reason for each direct dependency', () => {
    const reasons = reasonsIn(page);
    expect(directDependencies(lockfile).filter((name) => (reasons.get(name)?.reason ?? '') === '')).toEqual([]);
    expect(reasons.size).toBe(directDependencies(lockfile).length);
  });
});

describe('the licences of production packages', () => {
  it('are permissive, or accepted for one package', () => {
    expect(refusedLicences(packages)).toEqual([]);
  });

  it.each(['GPL-3.0-or-later', 'unknown', 'MPL-2.0'])('would be refused with %s', (licence) => {
    const [first] = packages;
    if (first === undefined) throw new Error('The lock file is empty.');
    expect(refusedLicences([{ ...first, licence }])).toHaveLength(1);
  });
});

it('counts what a dependency brings: what nothing else needs', () => {
  const names = (name: string) => broughtBy(lockfile, name).map((folder) => folder.replace(/.*node_modules\//, ''));
  expect(names('date-holidays')).toContain('astronomia');
  expect(names('cli-progress')).not.toContain('graphql');
  expect(names('pg')).toContain('pg-protocol');
});

it('has no package that was left out', () => {
  const left = ['libphonenumber-js', 'validator', 'class-validator', 'lodash', 'body-parser', 'qs', 'sha.js', 'long'];
  expect(packages.filter(({ name }) => left.includes(name)).map(({ name }) => name)).toEqual([]);
});

it('the bill of materials names each production package once, by the name under which it is published', () => {
  const bill = JSON.parse(productionBill()) as {
    readonly metadata: { readonly component: { readonly name: string } };
    readonly components: readonly { readonly purl: string; readonly licenses?: readonly unknown[] }[];
  };
  const purls = new Set(packages.map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`));
  expect(bill.components.map(({ purl }) => purl).sort()).toEqual([...purls].sort());
  expect(bill.components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([]);
  expect(bill.metadata.component.name).toBe('stepdown');
});
