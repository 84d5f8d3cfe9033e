import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { lifecycleMermaid, lifecycleSvg } from '../../src/adapters/lifecycle-diagram/lifecycle-diagram';

const committed = (name: string): string => readFileSync(join(__dirname, '../../docs', name), 'utf8');

// After a change of the machine: npm run lifecycle
test('the diagrams in docs are those that the machine prints', async () => {
  expect(committed('lifecycle.mermaid')).toBe(`${lifecycleMermaid().trimEnd()}\n`);
  expect(committed('lifecycle.svg')).toBe(`${(await lifecycleSvg()).trimEnd()}\n`);
});
