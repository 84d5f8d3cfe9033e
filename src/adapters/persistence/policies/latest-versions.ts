import type { EntityManager } from 'typeorm';
import type { LatestVersion } from '../../../application/ports/policies';
import { type PolicyVersionRow, policyVersions } from '../tables';
import { conditionOf, type VisibleVersions } from './visible-versions';

/**
 * The latest visible version of a policy, and whether it equals a document; PostgreSQL ignores the
 * order of fields.
 *
 * @param json the document
 */
export async function latestVersion(
  manager: EntityManager,
  id: string,
  json: string | null,
  visible: VisibleVersions,
): Promise<LatestVersion | null> {
  const row = await manager
    .createQueryBuilder(policyVersions, 'v')
    .select('v.version', 'version')
    .addSelect('v.document = CAST(:document AS jsonb)', 'isSame')
    .where('v.id = :id', { id, document: json })
    .andWhere(...conditionOf(visible))
    .orderBy('v.version', 'DESC')
    .limit(1)
    .getRawOne<LatestVersion>();
  return row ?? null;
}

/** The names and numbers of the latest versions of some policies. */
export const latestVersions = (
  manager: EntityManager,
  ids: readonly string[],
): Promise<readonly Pick<PolicyVersionRow, 'id' | 'version'>[]> =>
  manager
    .createQueryBuilder(policyVersions, 'v')
    .distinctOn(['v.id'])
    .select(['v.id', 'v.version'])
    .where('v.id = ANY (:ids)', { ids })
    .orderBy('v.id')
    .addOrderBy('v.version', 'DESC')
    .getMany();

/**
 * The fingerprint of the latest version that the configured file contained; null if there is none.
 */
export async function lastConfigured(manager: EntityManager, id: string): Promise<string | null> {
  const row = await manager.findOne(policyVersions, {
    select: { id: true, version: true, fingerprint: true },
    where: { id, configured: true },
    order: { version: 'DESC' },
  });
  return row?.fingerprint ?? null;
}

/**
 * Whether a fingerprint is that of the latest version, or of the latest one that the configured
 * file contained.
 */
export async function wasPublished(manager: EntityManager, id: string, fingerprint: string): Promise<boolean> {
  const latest = await manager.findOne(policyVersions, {
    select: { id: true, version: true, fingerprint: true },
    where: { id },
    order: { version: 'DESC' },
  });
  return latest?.fingerprint === fingerprint || (await lastConfigured(manager, id)) === fingerprint;
}
