import type { DataSource } from 'typeorm';
import { ShortLived } from '../../../application/access/short-lived';
import type { Reading } from '../../../application/ports/caller';
import { entityManager } from '../database/entity-manager';
import type { Lane } from '../database/lanes';
import { retryRead } from '../database/sql';
import { clients, tickets } from '../tables';
import { nameOf } from './version-name';

/** The versions that a caller may see: all, or all of some policies and some versions of others. */
export type VisibleVersions =
  | 'ALL'
  | {
      /** Names of policies. */
      readonly policies: readonly string[];
      /** Names of versions, such as `gold/3`. */
      readonly versions: readonly string[];
    };

interface VisibleVersionsDeps {
  readonly dataSource: DataSource;
  readonly lane: Lane;
  readonly defaultPolicyId: string;
  /** The time for which the answer is kept, in milliseconds. */
  readonly staleMs: number;
}

/**
 * Decides which policies a caller may see; the only place that does. A caller who sees all clients
 * sees all. Another sees the default policy, the policies of its clients, and the versions that
 * tickets of its clients are pinned to.
 *
 * The rows of clients are read as the caller, so that the database withholds those of others.
 */
export function visibleVersions({ dataSource, lane, defaultPolicyId, staleMs }: VisibleVersionsDeps) {
  let kept = new ShortLived<VisibleVersions>(staleMs);

  const read = async ({ sees }: Reading): Promise<VisibleVersions> => {
    const manager = entityManager(dataSource, lane.under({ sees }));
    const own = await retryRead(() =>
      manager
        .createQueryBuilder(clients, 'c')
        .select('c.policy', 'policy')
        .distinct(true)
        .where('c.id = ANY (:sees) AND c.policy IS NOT NULL', { sees })
        .getRawMany<{ policy: string }>(),
    );
    const policies = [defaultPolicyId, ...own.map(({ policy }) => policy)];
    const pinned = await retryRead(() =>
      manager
        .createQueryBuilder(tickets, 't')
        .select('t.policy_id', 'id')
        .addSelect('t.policy_version', 'version')
        .distinct(true)
        .where('t.client_id = ANY (:sees) AND t.policy_id <> ALL (:policies)', { sees, policies })
        .getRawMany<{ id: string; version: number }>(),
    );
    return { policies, versions: pinned.map(({ id, version }) => nameOf(id, version)) };
  };

  return {
    /** Not aborted with the operation that asks, since others may wait for the same answer. */
    to: async (reading: Reading): Promise<VisibleVersions> =>
      reading.sees === 'ALL' ? 'ALL' : kept.get(reading.sees.toSorted().join(), () => read(reading)),
    /** The terms of clients have changed. */
    forget: (): void => {
      kept = new ShortLived(staleMs);
    },
  };
}

export const isVisible = (visible: VisibleVersions, id: string, version: number): boolean =>
  visible === 'ALL' || visible.policies.includes(id) || visible.versions.includes(nameOf(id, version));

/** The condition on rows of `policy_versions`, with the values of its parameters. */
export const conditionOf = (visible: VisibleVersions): readonly [condition: string, values: object] =>
  visible === 'ALL'
    ? ['true', {}]
    : [
        "(v.id = ANY (:visiblePolicies) OR concat(v.id, '/', v.version) = ANY (:visibleVersions))",
        { visiblePolicies: visible.policies, visibleVersions: visible.versions },
      ];
