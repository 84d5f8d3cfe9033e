import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { TRANSITIONS } from '../../src/domain/ticket/lifecycle';
import { allowedActionsOfSamples } from '../support/lifecycle-samples';

/**
 * Compares a text with a file of `test/fixtures/lifecycle`. After a change of the lifecycle that is
 * meant, write the files with `UPDATE_FIXTURES=1 npx jest lifecycle-fixtures`.
 */
function expectFixture(name: string, text: string): void {
  const file = join(__dirname, '../fixtures/lifecycle', name);
  if (process.env.UPDATE_FIXTURES === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

test('the transition table is the same, byte for byte', () => {
  expectFixture('transitions.jsonl', TRANSITIONS.map((transition) => `${JSON.stringify(transition)}\n`).join(''));
});

test('the allowed actions of the sample tickets are the same, byte for byte', () => {
  expectFixture('allowed-actions.txt', allowedActionsOfSamples());
});
