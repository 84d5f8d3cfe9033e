import { expect, it } from '@jest/globals';
import { Command } from 'commander';
import { completionOf } from '../../src/cli/candidates';
import { addChangingCommands } from '../../src/cli/changing-program';
import { addReadingCommands } from '../../src/cli/reading-program';

const program = new Command('stepdown');
addReadingCommands(program, async () => undefined);
addChangingCommands(program, async () => undefined);
const policy = program.command('policy');
policy.command('check').argument('<file>').option('--json');
policy.command('list').option('--json');
program.command('secret', { hidden: true });

const valuesAfter = (...words: readonly string[]): readonly string[] =>
  completionOf(program, words).candidates.map(({ value }) => value);

it.each<readonly [words: readonly string[], values: readonly string[]]>([
  [['w'], ['watch', 'wait', 'workaround']],
  [['se'], []],
  [
    ['policy', ''],
    ['check', 'list'],
  ],
  [['policy', 'l'], ['list']],
  [
    ['wait', '202', ''],
    ['client', 'third-party', 'other-ticket'],
  ],
  [['wait', '202', 't'], ['third-party']],
  [['wait', '--idempotency-key', 'k', '202', 'o'], ['other-ticket']],
  [['wait', '202', 'client', ''], []],
  [
    ['reply', '202', '--channel', ''],
    ['email', 'phone', 'extranet'],
  ],
  [['ack', '202', '--js'], ['--json']],
  [['ack', '202', '--json', '--js'], []],
  [['find', 'x', '--state', 'open', '--sta'], ['--state']],
  [['ack', '--', '--js'], []],
  [['nothing', '--js'], []],
])('after %j come %j', (words, values) => {
  expect(valuesAfter(...words)).toEqual(values);
});

it.each<readonly [words: readonly string[], names: string | null]>([
  [['new', 'Down', '--client', 'A'], 'CLIENTS'],
  [['find', 'x', '--assignee', ''], 'AGENTS'],
  [['assign', '202', 'B'], 'AGENTS'],
  [['assign', '2'], null],
  [['ack', '202', '--key-file', ''], null],
])('after %j come the names of %s', (words, names) => {
  expect(completionOf(program, words)).toEqual({ candidates: [], names });
});
