import type { Pool } from 'pg';
import type { Page, PageRequest } from '../../../application/ports/pagination';
import type { Publication } from '../../../application/ports/policies';
import { instantText, readRows } from '../database/sql';
import { every, Parameters } from '../lists/conditions';
import { decodePosition, encodePosition } from '../lists/cursor';
import { pageOf } from '../lists/page';
import type { PolicyVersionRow } from '../tables';

const LIST = 'policies';
const COLUMNS = 'id, version, published_at, published_by';

type Row = Pick<PolicyVersionRow, 'id' | 'version' | 'published_at' | 'published_by'>;

const publicationOf = ({ id, version, published_at, published_by }: Row): Publication => ({
  id,
  version,
  publishedAt: published_at,
  publishedBy: published_by,
});

/** What names a version among all: `gold/3`. */
export const nameOf = (id: string, version: number): string => `${id}/${version}`;

/** Some columns of the versions that are named, by name. */
export async function versionsNamed<Column extends keyof PolicyVersionRow>(
  pool: Pool,
  names: readonly string[],
  ...columns: readonly Column[]
): Promise<ReadonlyMap<string, Pick<PolicyVersionRow, Column>>> {
  const parts = names.map((name) => {
    const slash = name.lastIndexOf('/');
    return [name.slice(0, slash), name.slice(slash + 1)];
  });
  const rows = await readRows<Pick<PolicyVersionRow, Column> & { readonly name: string }>(pool, {
    text: `SELECT ${columns.join(', ')}, id || '/' || version AS name FROM policy_versions
             JOIN unnest($1::text[], $2::integer[]) AS named (id, version) USING (id, version)`,
    values: [parts.map(([id]) => id), parts.map(([, version]) => version)],
  });
  return new Map(rows.map((row) => [row.name, row]));
}

export async function publicationsNamed(
  pool: Pool,
  names: readonly string[],
): Promise<ReadonlyMap<string, Publication>> {
  const rows = await versionsNamed(pool, names, 'id', 'version', 'published_at', 'published_by');
  return new Map([...rows].map(([name, row]) => [name, publicationOf(row)]));
}

/** A page of all versions, the latest published first; of those of one instant by name and number. */
export async function publicationsPage(pool: Pool, page: PageRequest): Promise<Page<Publication>> {
  const to = new Parameters();
  const beyond = (cursor: string | null, side: '<' | '>'): readonly string[] => {
    if (cursor === null) return [];
    const { at, id, version } = placeOf(cursor);
    const place = [to.add(at, 'timestamptz'), to.add(id, 'text'), to.add(version, 'integer')].join(', ');
    return [`(published_at, id, version) ${side} (${place})`];
  };
  // The newest first: what comes after a place is less than it.
  const where = every([...beyond(page.after, '<'), ...beyond(page.before, '>')]);
  const direction = page.from === 'START' ? 'DESC' : 'ASC';
  const order = ['published_at', 'id', 'version'].map((column) => `${column} ${direction}`).join(', ');
  const limit = to.add(page.count + 1, 'integer');
  const rows = await readRows<Row>(pool, {
    text: `SELECT ${COLUMNS} FROM policy_versions WHERE ${where} ORDER BY ${order} LIMIT ${limit}`,
    values: to.values,
  });
  return pageOf(rows, page, (row) => ({
    node: publicationOf(row),
    cursor: encodePosition(LIST, { key: instantText(row.published_at), tie: nameOf(row.id, row.version) }),
  }));
}

export async function countPublications(pool: Pool): Promise<number> {
  const [row] = await readRows<{ count: string }>(pool, { text: 'SELECT count(*) AS count FROM policy_versions' });
  return Number(row?.count ?? 0);
}

function placeOf(cursor: string): { readonly at: string; readonly id: string; readonly version: number } {
  const { key, tie } = decodePosition(LIST, cursor, {
    isKey: (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text)),
    isTie: (text) => /^[a-z][a-z0-9-]*\/[1-9]\d{0,8}$/.test(text),
    nullable: false,
  });
  const [id = '', version] = tie.split('/');
  return { at: key ?? '', id, version: Number(version) };
}
