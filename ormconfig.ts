import { createDataSource } from './src/adapters/persistence/database/data-source';

const url = process.env.DATABASE_URL;
if (url === undefined || url === '') {
  throw new Error('DATABASE_URL must name the database, such as postgresql://user:password@host:5432/stepdown');
}

/** For TypeORM's command line: `npm run build && npx typeorm -d dist/ormconfig.js migration:show`. */
export default createDataSource({ url, poolSize: 2, applicationName: 'stepdown-typeorm' });
