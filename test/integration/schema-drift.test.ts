import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { printSchemaSql } from '../support/schema-sql';

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
 * constraints by name, but no triggers, functions and conditions of indexes. An EntitySchema cannot
 * carry the comment of a table, so TypeORM would remove it.
 */
test('the EntitySchemas describe the tables that the migrations create', async () => {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  const drift = upQueries.map(({ query }) => query).filter((query) => !/^COMMENT ON TABLE "\w+" IS NULL$/.test(query));
  expect(drift).toEqual([]);
});

test('docs/schema.sql is the schema that the migrations create; `npm run schema:sql` prints it', async () => {
  const committed = readFileSync(join(__dirname, '../../docs/schema.sql'), 'utf8');
  expect(await printSchemaSql(poolOf(dataSource))).toBe(committed);
});
