import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of this package: the closest parent folder whose package.json has the name `stepdown`.
 * The result is the same for `src` and for `dist/src`.
 *
 * @throws Error if there is none, because the compiled files were moved out of the package
 */
export const findPackageRoot = (from: string = __dirname): string => {
  for (let folder = from; ; folder = dirname(folder)) {
    if (packageName(folder) === 'stepdown') return folder;
    if (folder === dirname(folder)) throw new Error(`No package.json of stepdown in ${from} or above it.`);
  }
};

const packageName = (folder: string): unknown => {
  try {
    return packageOf(folder).name;
  } catch {
    return undefined;
  }
};

const packageOf = (folder: string): { readonly name?: unknown; readonly version?: unknown } =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The version of this package. */
export const packageVersion = (): string => String(packageOf(findPackageRoot()).version);
