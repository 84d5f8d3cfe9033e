import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { AtLeast, Entries, problemsOf, Text } from '../../src/adapters/graphql/base/input-rules';
import { Nested } from '../../src/adapters/graphql/base/validation';
import { STORABLE_TEXT } from '../../src/domain/text';
import { NAME } from '../../src/domain/value-rules';

class KeyInput {
  @Text(NAME)
  key?: string | null;
}

class PartInput {
  @AtLeast(1)
  count?: number | null;

  @Nested()
  parts?: PartInput[] | null;
}

class WholeInput extends KeyInput {
  @Entries(1, 2)
  @Text({ ...NAME, each: true })
  names?: readonly string[] | null;

  @Entries(1, 2)
  @Nested()
  parts?: readonly (PartInput | null)[] | null;
}

const part = (fields: PartInput) => Object.assign(new PartInput(), fields);
const problems = (fields: WholeInput) =>
  problemsOf(Object.assign(new WholeInput(), fields)).map(({ path, expected }) => `${path.join('.')} ${expected}`);

const NAME_RULE = 'takes 1 to 200 characters, not only white space';

describe('the problems of an input', () => {
  it.each<readonly [about: string, input: WholeInput, expected: readonly string[]]>([
    ['none for absent fields and nulls', { key: null, parts: null }, []],
    [
      'of the class before those of the class it extends',
      { key: '', names: [] },
      ['names takes 1 to 2 entries', `key ${NAME_RULE}`],
    ],
    ['the lowest rule first, and one for each field', { names: ['a', ' ', 'c'] }, [`names ${NAME_RULE}`]],
    ['the next rule if the lowest holds', { names: ['a', 'b', 'c'] }, ['names takes 1 to 2 entries']],
    [
      'the path into lists',
      { parts: [null, part({ parts: [part({ count: 0 })] })] },
      ['parts.1.parts.0.count takes a whole number of at least 1'],
    ],
    [
      'nothing of the entries of a list that is too long',
      { parts: [1, 2, 3].map(() => part({ count: 0 })) },
      ['parts takes 1 to 2 entries'],
    ],
    ['text that cannot be stored', { key: 'a\0b' }, [`key takes ${STORABLE_TEXT}`]],
  ])('%s', (_about, input, expected) => {
    expect(problems(input)).toEqual(expected);
  });
});
