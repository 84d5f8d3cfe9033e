// Lets a plain Node process, started by a test, load the project's TypeScript: node -r test/support/typescript.cjs FILE.ts
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');
const { projects } = require('../../jest.config.js');

const options = { ...projects[0].transform['^.+\\.ts$'][1], swcrc: false };

require.extensions['.ts'] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, filename }).code, filename);
};
