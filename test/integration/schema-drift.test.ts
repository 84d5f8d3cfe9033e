import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/adapters/persistence/database/data-source';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/**
 * TypeORM compares columns (type, precision, nullability, default, comment), keys, and indexes and
 * constraints by name. It knows nothing of triggers and functions, nor of an index's condition:
 * those are tested by what they do. An EntitySchema cannot carry the comment of a table, so TypeORM
 * would remove it.
 */
test('the tables that the code describes are those that the migrations create', async () => {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  const drift = upQueries.map(({ query }) => query).filter((query) => !/^COMMENT ON TABLE "\w+" IS NULL$/.test(query));
  expect(drift).toEqual([]);
});
