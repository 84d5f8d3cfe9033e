const { relative } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/**
 * The files that take longest, longest first. Jest orders files by how long they took last time,
 * which a first run does not know; a long file that starts last keeps one worker busy alone.
 */
const LONGEST = ['test/e2e/import.test.ts', 'test/e2e/image-build.test.ts', 'test/e2e/serve.test.ts'];

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path, context }) => {
      const index = LONGEST.indexOf(relative(context.config.rootDir, path));
      return index === -1 ? LONGEST.length : index;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
