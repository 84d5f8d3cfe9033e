import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DocumentError } from '../../src/adapters/documents/document-error';
import { clientIn, parseMapping } from '../../src/adapters/import/mapping-file';
import { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import type { PolicyDocument } from '../../src/domain/policy/policy';
import { CIMCLOUD_DOCUMENT } from '../support/policies';

const read = (path: string): string => readFileSync(join(__dirname, '../..', path), 'utf8');
const EXAMPLE = read('examples/servicenow.mapping.yaml');
const GITLAB = parsePolicy(read('policies/gitlab-support.yaml'), { fileName: 'gitlab-support.yaml' });

/** The example with other impacts for each priority. */
const mappingOf = (...impacts: readonly string[]): string => {
  const values = impacts.map((impact, at) => `    - value: "${at}"\n      impacts: [${impact}]`).join('\n');
  return EXAMPLE.replace(/( {2}values:\n)(?: {4}- value:.*\n(?: {6}.*\n)*)+/, `$1${values}\n`);
};

function problemsOf(text: string, ...policies: readonly PolicyDocument[]): readonly string[] {
  try {
    parseMapping(text, 'mapping.yaml', ...policies);
    return [];
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return error.problems.map(({ field, message }) => `${field}: ${message}`);
  }
}

describe('the impacts of a mapping', () => {
  it('are in the words of the policy that the import runs under', () => {
    const text = mappingOf(
      '{ audience: PRODUCTION, consequence: UNAVAILABLE }',
      '{ audience: NOBODY, consequence: QUESTION }',
    );
    expect(problemsOf(text, GITLAB)).toEqual([]);
    const { meaning } = parseMapping(text, 'mapping.yaml', GITLAB);
    expect(meaning.priorities[0]?.impacts).toEqual([
      { audience: 'PRODUCTION', consequence: 'UNAVAILABLE', note: null },
    ]);
    expect(problemsOf(text, CIMCLOUD_DOCUMENT)).toEqual([
      expect.stringMatching(
        /^priority\.values\[0\]\.impacts\[0\]\.audience: takes one of the policy's ALL_END_USERS, .*, not "PRODUCTION"$/,
      ),
      expect.stringMatching(
        /^priority\.values\[0\]\.impacts\[0\]\.consequence: takes one of the policy's ORDERING_BLOCKED, .*, not "UNAVAILABLE"$/,
      ),
    ]);
  });

  it('of each priority are in the words of one of several policies; a problem is that under the first', () => {
    const [both, mixed] = [
      mappingOf(
        '{ audience: PRODUCTION, consequence: UNAVAILABLE }',
        '{ audience: ALL_END_USERS, consequence: DEGRADED }',
      ),
      mappingOf(
        '{ audience: PRODUCTION, consequence: UNAVAILABLE }, { audience: ALL_END_USERS, consequence: DEGRADED }',
      ),
    ];
    expect(problemsOf(both, CIMCLOUD_DOCUMENT, GITLAB)).toEqual([]);
    expect(problemsOf(mixed, CIMCLOUD_DOCUMENT, GITLAB)).toEqual(problemsOf(mixed, CIMCLOUD_DOCUMENT));
    expect(problemsOf(mixed, CIMCLOUD_DOCUMENT)).toHaveLength(2);
  });

  it('get the most similar word', () => {
    expect(problemsOf(mappingOf('{ audience: PRODUCTON, consequence: QUESTION }'), GITLAB)).toEqual([
      expect.stringContaining('; did you mean "PRODUCTION"?'),
    ]);
  });

  it('must have a clause', () => {
    expect(problemsOf(mappingOf('{ audience: NOBODY, consequence: UNAVAILABLE }'), GITLAB)).toEqual([
      expect.stringContaining('NOBODY with UNAVAILABLE has none'),
    ]);
  });
});

it.each([
  ['ticket: { client: { name: Globex } }', { name: 'Globex' }],
  ['ticket: { client: { column: customer } }', { column: 'customer' }],
  ['ticket: { client: { name: Globex, column: customer } }', undefined],
  ['ticket: { client: Globex }', undefined],
  ['ticket:', undefined],
  ['- ticket', undefined],
  ['', undefined],
])('the client in the mapping %j is %j', (text, client) => {
  expect(clientIn(text)).toEqual(client);
});
