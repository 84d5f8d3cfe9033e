import { type DataSource, LessThan } from 'typeorm';
import type { Clock } from '../../../application/ports/clock';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { idempotencyKeys } from '../tables';
import { KEY_LIFETIME_MS } from '../tickets/idempotency-keys';

/**
 * Deletes the idempotency keys whose lifetime has ended, and returns the number of deleted keys.
 */
export async function purgeIdempotencyKeys(dataSource: DataSource, clock: Clock): Promise<number> {
  const { affected } = await entityManager(dataSource, poolOf(dataSource)).delete(idempotencyKeys, {
    created_at: LessThan(clock.now() - KEY_LIFETIME_MS),
  });
  return affected ?? 0;
}
