import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { migrate } from '../../src/adapters/persistence/database/migrate';
import { printSchemaSql } from './schema-sql';

/** `npm run schema:sql`: migrates an empty database, prints its schema, and removes it. */
async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'stepdown-schema-'));
  const postgres = await openEmbeddedPostgres({ dataDir, log: pino({ level: 'silent' }), durable: false });
  try {
    const dataSource = createDataSource({ url: postgres.url, poolSize: 1 });
    await migrate(dataSource);
    process.stdout.write(await printSchemaSql(poolOf(dataSource)));
    await dataSource.destroy();
  } finally {
    await postgres.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

void main();
