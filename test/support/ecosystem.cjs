const { existsSync } = require('node:fs');
const { join } = require('node:path');

/** Installs the gateways, clients and audits that the tests in test/ecosystem use. */
const ECOSYSTEM_COMMAND = 'npm ci --prefix test/ecosystem';

// npm writes this file when it has installed everything.
const hasEcosystem = existsSync(join(__dirname, '../ecosystem/node_modules/.package-lock.json'));

module.exports = { ECOSYSTEM_COMMAND, hasEcosystem };
