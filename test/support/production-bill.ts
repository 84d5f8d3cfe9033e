import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lockfile, productionPackages, readLockfile } from './locked-packages';

const ROOT = join(__dirname, '../..');

/** The lock file and package.json without what only development needs. */
const productionOnly = (lockfile: Lockfile): { readonly manifest: object; readonly lock: object } => {
  const { devDependencies: _tools, ...manifest } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const folders = new Set(['', ...productionPackages(lockfile).map(({ folder }) => folder)]);
  const packages = Object.fromEntries(Object.entries(lockfile.packages).filter(([folder]) => folders.has(folder)));
  const root = { ...packages[''], devDependencies: {} };
  return { manifest, lock: { ...lockfile, packages: { ...packages, '': root } } };
};

/**
 * The software bill of materials of a release, in CycloneDX. It needs neither the network nor
 * installed packages.
 *
 * `npm sbom --omit dev` leaves out each production package that a tool of development needs too,
 * such as `graphql`, so npm gets a lock file without these tools. And it gives an alias the name of
 * the package that it replaces, with the version of the one that it is.
 */
export function productionBill(): string {
  const lockfile = readLockfile();
  const { manifest, lock } = productionOnly(lockfile);
  const scratch = mkdtempSync(join(tmpdir(), 'stepdown-sbom-'));
  // npm takes the name of the component from the folder.
  const folder = join(scratch, 'stepdown');
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
    let bill = execFileSync('npm', args, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' });
    for (const { requiredAs, name, version } of productionPackages(lockfile)) {
      if (requiredAs === name) continue;
      bill = bill
        .replaceAll(`"${requiredAs}@${version}"`, `"${name}@${version}"`)
        .replaceAll(`"pkg:npm/${requiredAs.replace('@', '%40')}@${version}"`, `"pkg:npm/${name}@${version}"`)
        .replaceAll(
          `"name": "${requiredAs}",\n      "version": "${version}"`,
          `"name": "${name}",\n      "version": "${version}"`,
        );
    }
    return bill;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
