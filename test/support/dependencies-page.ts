import {
  broughtBy,
  directDependencies,
  type Lockfile,
  type ProductionPackage,
  productionPackages,
} from './locked-packages';

/** Licences that ask for no more than that their text is kept. */
const PERMISSIVE = new Set(['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']);

/** Packages under other licences; docs/DEPENDENCIES.md says why they can be used. */
const ACCEPTED: Readonly<Record<string, string>> = {
  'date-holidays': '(ISC AND CC-BY-3.0)',
  'ical.js': 'MPL-2.0',
  tweetnacl: 'Unlicense',
};

export const refusedLicences = (packages: readonly ProductionPackage[]): readonly string[] =>
  packages
    .filter(({ name, licence }) => !PERMISSIVE.has(licence) && ACCEPTED[name] !== licence)
    .map(({ name, version, licence }) => `${name} ${version}: ${licence}`);

type Row = readonly string[];

const table = (rows: readonly Row[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0), 3));
  const line = (row: Row, fill: string) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0, fill)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [
    line(head, ' '),
    line(
      head.map(() => ''),
      '-',
    ),
    ...body.map((row) => line(row, ' ')),
  ].join('\n');
};

/** The rows of the first table after a marker, without its head. */
const rowsAfter = (page: string, marker: string): readonly Row[] =>
  (page.split(`<!-- ${marker} -->\n\n`)[1] ?? '')
    .split('\n\n')[0]
    ?.split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ) ?? [];

const REASON = 3;
const SIZE = 5;

/** The reason of each direct dependency, and its size as text, as the page says them. */
export const reasonsIn = (page: string): ReadonlyMap<string, { readonly reason: string; readonly size: string }> =>
  new Map(
    rowsAfter(page, 'direct').map((row) => [
      (row[0] ?? '').replaceAll('`', ''),
      { reason: row[REASON] ?? '', size: row[SIZE] ?? '' },
    ]),
  );

const directTable = (lockfile: Lockfile, page: string, megabytesOf: (folders: readonly string[]) => string | null) => {
  const known = reasonsIn(page);
  const packages = new Map(productionPackages(lockfile).map((one) => [one.folder, one]));
  const rows = directDependencies(lockfile).flatMap((name): Row[] => {
    const locked = packages.get(`node_modules/${name}`);
    if (locked === undefined) return [];
    const brought = broughtBy(lockfile, name);
    const size = megabytesOf(brought) ?? known.get(name)?.size ?? '';
    const others = String(Math.max(brought.length - 1, 0));
    return [[`\`${name}\``, locked.version, locked.licence, known.get(name)?.reason ?? '', others, size]];
  });
  return table([['package', 'version', 'licence', 'what for', 'brings', 'MB'], ...rows]);
};

const allTable = (lockfile: Lockfile): string => {
  const byName = new Map<string, ProductionPackage>();
  for (const one of productionPackages(lockfile)) byName.set(`${one.name} ${one.version}`, one);
  const rows = [...byName.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, version, licence, isOptional }) => [`\`${name}\``, version, licence, isOptional ? 'yes' : '']);
  return table([['package', 'version', 'licence', 'optional'], ...rows]);
};

const replaced = (page: string, marker: string, text: string): string => {
  const [before, after] = page.split(`<!-- ${marker} -->`);
  const rest = after?.split('<!-- end -->');
  if (before === undefined || rest === undefined) throw new Error(`docs/DEPENDENCIES.md has no <!-- ${marker} -->`);
  return `${before}<!-- ${marker} -->\n\n${text}\n\n<!-- end -->${rest.slice(1).join('<!-- end -->')}`;
};

/**
 * The page with its two tables as the lock file says. Prose and reasons stay as they are.
 *
 * @param megabytesOf the size of the folders of packages; null keeps the size that the page says
 */
export const dependenciesPage = (
  lockfile: Lockfile,
  page: string,
  megabytesOf: (folders: readonly string[]) => string | null,
): string => {
  const count = new Set(productionPackages(lockfile).map(({ name, version }) => `${name} ${version}`)).size;
  const counted = page.replace(/^[\d,]+ packages/m, `${count} packages`);
  return replaced(replaced(counted, 'direct', directTable(lockfile, page, megabytesOf)), 'all', allTable(lockfile));
};
