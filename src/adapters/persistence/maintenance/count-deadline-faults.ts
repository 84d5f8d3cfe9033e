import type { DataSource } from 'typeorm';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { lanesOf } from '../database/lanes';
import { deadlineFaults } from '../tables';

/** The number of tickets that the deadline engine has set aside. */
export const countDeadlineFaults = (dataSource: DataSource): Promise<number> =>
  entityManager(dataSource, lanesOf(poolOf(dataSource)).health.ownWork).count(deadlineFaults);
