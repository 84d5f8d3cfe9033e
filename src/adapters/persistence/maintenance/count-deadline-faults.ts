import type { DataSource } from 'typeorm';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { deadlineFaults } from '../tables';

/** The number of tickets that the deadline engine has set aside. */
export const countDeadlineFaults = (dataSource: DataSource): Promise<number> =>
  entityManager(dataSource, poolOf(dataSource)).count(deadlineFaults);
