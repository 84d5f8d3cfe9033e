import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const FOLDER = 'node_modules/';

interface LockedPackage {
  /** The name of an alias's package; absent if the folder has the name of its package. */
  readonly name?: string;
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** A package that `npm ci --omit=dev` installs. */
export interface ProductionPackage {
  /** Its folder in the lock file, such as `node_modules/a/node_modules/b`. */
  readonly folder: string;
  /** The name under which it is required. */
  readonly requiredAs: string;
  /** The name under which it is published; another one for an alias. */
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; `unknown` if the package names none. */
  readonly licence: string;
  readonly isOptional: boolean;
}

export const readLockfile = (): Lockfile =>
  JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lockfile;

const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf(FOLDER) + FOLDER.length);

/** All production packages, in the order of the lock file. */
export const productionPackages = ({ packages }: Lockfile): readonly ProductionPackage[] =>
  Object.entries(packages)
    .filter(([folder, { dev }]) => folder !== '' && dev !== true)
    .map(([folder, { name = nameOf(folder), version, license = 'unknown', optional = false }]) => ({
      folder,
      requiredAs: nameOf(folder),
      name,
      version,
      licence: license,
      isOptional: optional,
    }));

/** The names of the packages that package.json names for production. */
export const directDependencies = ({ packages }: Lockfile): readonly string[] => {
  const { dependencies, optionalDependencies } = packages[''] ?? {};
  return Object.keys({ ...dependencies, ...optionalDependencies }).sort();
};

/** As Node does: the package in the nearest folder above. */
function resolved({ packages }: Lockfile, from: string, name: string): string | null {
  for (let above = from; ; above = above.slice(0, Math.max(above.lastIndexOf(`/${FOLDER}`), 0))) {
    const folder = `${above === '' ? '' : `${above}/`}${FOLDER}${name}`;
    if (folder in packages) return folder;
    if (above === '') return null;
  }
}

/** The folders that the direct dependencies reach, without one of them. */
function reached(lockfile: Lockfile, without: string | null): ReadonlySet<string> {
  const found = new Set<string>();
  const direct = directDependencies(lockfile);
  const waiting = direct.filter((name) => name !== without).map((name) => `${FOLDER}${name}`);
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const locked = lockfile.packages[folder];
    if (locked === undefined || found.has(folder)) continue;
    found.add(folder);
    const { dependencies, optionalDependencies, peerDependencies } = locked;
    // npm installs a peer that package.json does not name.
    const peers = Object.keys(peerDependencies ?? {}).filter((name) => !direct.includes(name));
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
      const next = resolved(lockfile, folder, name);
      if (next !== null) waiting.push(next);
    }
  }
  return found;
}

/** The folders of the packages that would go with a direct dependency, and its own. */
export function broughtBy(lockfile: Lockfile, name: string): readonly string[] {
  const others = reached(lockfile, name);
  return [...reached(lockfile, null)].filter((folder) => !others.has(folder));
}
