// As bin/stepdown.js does. Otherwise graphql checks every value for a second copy of its own
// module.
process.env.NODE_ENV = 'production';

const typescript = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        keepClassNames: true,
      },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
    },
  ],
};

const shared = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // These packages are published as ES modules only.
  transform: {
    ...typescript,
    '/node_modules/(jose|get-east-asian-width)/.+\\.js$': ['@swc/jest', { module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!(jose|get-east-asian-width)/)'],
  // A dynamic import names the compiled file.
  moduleNameMapper: { '^(\\.\\./adapters/.+|\\./open-event-bus)\\.js$': '$1' },
  setupFiles: ['<rootDir>/test/support/one-error.ts'],
};

const { hasEcosystem } = require('./test/support/ecosystem.cjs');
const { OLDEST_VERSION, hasOldest } = require('./test/support/oldest-postgresql.cjs');

/** Tests of what depends on the server: migrations, statements, locks, the log, searches. */
const ON_OLDEST = [
  'change-tickets',
  'deadlines',
  'erase-beside',
  'event-feed',
  'migrations',
  'row-security',
  'search-tables',
  'sla-report',
  'ticket-reader',
];

const database = {
  ...shared,
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

/**
 * Projects, so that only a run with tests outside test/unit pays for the database: a project's
 * set-up runs when one of its tests does.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/unit/**/*.test.ts'],
    },
    {
      ...database,
      displayName: 'integration',
      testMatch: [
        '<rootDir>/test/{integration,e2e}/**/*.test.ts',
        ...(hasEcosystem ? ['<rootDir>/test/ecosystem/*.test.ts'] : []),
      ],
    },
    ...(hasOldest
      ? [
          {
            ...database,
            displayName: `postgresql ${OLDEST_VERSION}`,
            globalSetup: '<rootDir>/test/support/oldest-global-setup.ts',
            globals: { POSTGRESQL_VERSION: OLDEST_VERSION },
            testMatch: [`<rootDir>/test/integration/{${ON_OLDEST.join(',')}}.test.ts`],
          },
        ]
      : []),
    // Minutes of processes that are killed: only on request (npm run test:faults).
    ...(process.env.FAULTS === undefined
      ? []
      : [{ ...shared, displayName: 'faults', testMatch: ['<rootDir>/test/faults/*.test.ts'] }]),
  ],
  // Read from here only: a project's own is ignored.
  testTimeout: 120_000,
  testSequencer: '<rootDir>/test/support/longest-first.cjs',
  // One more than the two cores that the suite is measured on: many tests wait for processes.
  maxWorkers: 3,
};
