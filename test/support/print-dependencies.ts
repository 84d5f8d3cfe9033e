import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dependenciesPage } from './dependencies-page';
import { readLockfile } from './locked-packages';

const ROOT = join(__dirname, '../..');
const PAGE = join(ROOT, 'docs/DEPENDENCIES.md');

/** Bytes of the files of a package, without the packages that are installed inside it. */
const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).reduce((bytes, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? bytes : bytes + bytesIn(path);
    return bytes + (entry.isFile() ? statSync(path).size : 0);
  }, 0);

const megabytesOf = (folders: readonly string[]): string | null => {
  try {
    return (folders.reduce((bytes, folder) => bytes + bytesIn(join(ROOT, folder)), 0) / 1e6).toFixed(1);
  } catch {
    // A package of another platform is not installed.
    return null;
  }
};

/** `npm run deps`: writes the tables of docs/DEPENDENCIES.md. */
writeFileSync(PAGE, dependenciesPage(readLockfile(), readFileSync(PAGE, 'utf8'), megabytesOf));
