import { createDataSource } from './src/adapters/persistence/database/data-source';

const url = process.env.DATABASE_URL;
if (url === undefined || url === '') {
  throw new Error('DATABASE_URL must name the database, such as postgresql://user:password@host:5432/stepdown');
}

/** For TypeORM's command line; after a build, `npx typeorm migration:show -d dist/ormconfig.js`. */
export default createDataSource({ url, poolSize: 2, applicationName: 'stepdown-typeorm' });
