import type { DataSource } from 'typeorm';
import type { Page, PageRequest } from '../../../application/ports/pagination';
import type { Publication } from '../../../application/ports/policies';
import { isIsoInstant } from '../../../domain/instant';
import { entityManager } from '../database/entity-manager';
import { instantText, type Queryable, retryRead } from '../database/sql';
import { decodePosition, encodePosition } from '../lists/cursor';
import { pageOf } from '../lists/page';
import { type PolicyVersionRow, policyVersions } from '../tables';
import { nameOf, partsOf } from './version-name';
import { conditionOf, type VisibleVersions } from './visible-versions';

const LIST = 'policies';

type PublicationRow = Pick<PolicyVersionRow, 'id' | 'version' | 'published_at' | 'published_by'>;

const COLUMNS = ['v.id', 'v.version', 'v.published_at', 'v.published_by'];

const publicationOf = ({ id, version, published_at, published_by }: PublicationRow): Publication => ({
  id,
  version,
  publishedAt: published_at,
  publishedBy: published_by,
});

const repositoryOf = (dataSource: DataSource, on: Queryable) =>
  entityManager(dataSource, on).getRepository(policyVersions);

/** Reads some columns of the versions with the given names; returns them by name. */
export async function versionsNamed<Column extends keyof PolicyVersionRow>(
  dataSource: DataSource,
  on: Queryable,
  names: readonly string[],
  ...columns: readonly Column[]
): Promise<ReadonlyMap<string, Pick<PolicyVersionRow, Column>>> {
  const rows = await retryRead(() =>
    repositoryOf(dataSource, on)
      .createQueryBuilder('v')
      .select(['v.id', 'v.version', ...columns.map((column) => `v.${column}`)])
      .where(names.map(partsOf))
      .getMany(),
  );
  return new Map(rows.map((row) => [nameOf(row.id, row.version), row]));
}

export async function publicationsNamed(
  dataSource: DataSource,
  on: Queryable,
  names: readonly string[],
): Promise<ReadonlyMap<string, Publication>> {
  const rows = await versionsNamed(dataSource, on, names, 'published_at', 'published_by');
  return new Map([...rows].map(([name, row]) => [name, publicationOf({ ...row, ...partsOf(name) })]));
}

/**
 * A page of the visible versions, the latest publication first; equal times are ordered by name and
 * number.
 */
export async function publicationsPage(
  dataSource: DataSource,
  on: Queryable,
  page: PageRequest,
  visible: VisibleVersions,
): Promise<Page<Publication>> {
  const query = repositoryOf(dataSource, on)
    .createQueryBuilder('v')
    .select(COLUMNS)
    .where(...conditionOf(visible));
  // A find() cannot compare rows, so the keyset conditions are SQL. The order is descending: a
  // later position is less.
  if (page.after !== null) {
    const { at, id, version } = positionOf(page.after);
    query.andWhere('(v.published_at, v.id, v.version) < (:afterAt, :afterId, :afterVersion)', {
      afterAt: at,
      afterId: id,
      afterVersion: version,
    });
  }
  if (page.before !== null) {
    const { at, id, version } = positionOf(page.before);
    query.andWhere('(v.published_at, v.id, v.version) > (:beforeAt, :beforeId, :beforeVersion)', {
      beforeAt: at,
      beforeId: id,
      beforeVersion: version,
    });
  }
  const direction = page.from === 'START' ? 'DESC' : 'ASC';
  query.orderBy('v.published_at', direction).addOrderBy('v.id', direction).addOrderBy('v.version', direction);
  const rows = await retryRead(() => query.limit(page.count + 1).getMany());
  return pageOf(rows, page, (row) => ({
    node: publicationOf(row),
    cursor: encodePosition(LIST, { key: instantText(row.published_at), tie: nameOf(row.id, row.version) }),
  }));
}

export const countPublications = (dataSource: DataSource, on: Queryable, visible: VisibleVersions): Promise<number> =>
  retryRead(() =>
    repositoryOf(dataSource, on)
      .createQueryBuilder('v')
      .where(...conditionOf(visible))
      .getCount(),
  );

/** @throws InvalidCursor */
function positionOf(cursor: string): { readonly at: string; readonly id: string; readonly version: number } {
  const { key, tie } = decodePosition(LIST, cursor, {
    isKey: isIsoInstant,
    isTie: (text) => /^[a-z][a-z0-9-]*\/[1-9]\d{0,8}$/.test(text),
    nullable: false,
  });
  return { at: key ?? '', ...partsOf(tie) };
}
