import { execFileSync } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { readTrustedDocuments, TrustedDocumentsRefused } from '../../src/adapters/graphql/read-trusted-documents';
import { documentId, ListFolder, listOf } from '../support/document-lists';

const schema = buildSchema('type Query { a: Int, b(text: String): Int } type Subscription { c: Int }');
const folder = new ListFolder();
afterAll(() => folder.remove());

const read = (paths: readonly string[], introspection = false) => readTrustedDocuments(paths, schema, introspection);
/** The lines of the refusal, without the names of the folder and of the variable. */
const problemsOf = (...paths: readonly string[]): readonly string[] => {
  try {
    read(paths);
    return [];
  } catch (error) {
    if (!(error instanceof TrustedDocumentsRefused)) throw error;
    const [first, ...lines] = error.message.replaceAll(`${folder.path}/`, '').split('\n');
    expect(first).toBe('STEPDOWN_TRUSTED_DOCUMENTS names lists that cannot be used:');
    return lines;
  }
};

const [A, B] = ['query A { a }', '{ b }'];
const hash = (text: string): string => documentId(text).slice('sha256:'.length);

describe('lists of trusted documents', () => {
  it.each<[string, unknown]>([
    ['ids of GraphQL over HTTP', listOf(A, B)],
    ['hashes alone', { [hash(A)]: A, [hash(B)]: B }],
    [
      'a manifest of Apollo',
      {
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [A, B].map((body) => ({ id: hash(body), name: 'A', type: 'query', body })),
      },
    ],
  ])('are read from %s', (_, list) => {
    const { texts, parsed } = read([folder.write('list.json', list)]);
    expect([...texts]).toEqual([
      [hash(A), A],
      [hash(B), B],
    ]);
    expect([...parsed].map(([text, { kind }]) => [text, kind])).toEqual([
      [A, 'Document'],
      [B, 'Document'],
    ]);
  });

  it('are joined; a document may stand in several', () => {
    const { texts } = read([folder.write('a.json', listOf(A)), folder.write('ab.json', listOf(A, B))]);
    expect([...texts.values()]).toEqual([A, B]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{"sha256:', /^list\.json: It is not JSON in UTF-8\.$/],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), /^list\.json: It is not JSON in UTF-8\.$/],
    ...[{}, [A], 'null', '7', { format: 'x', operations: [] }].map((list): [string, unknown, RegExp] => [
      JSON.stringify(list),
      list,
      /^list\.json: It has no documents\. It has to be a JSON object with the text of each document by its SHA-256/,
    ]),
    ['a number as a text', { ...listOf(A), x: 7 }, /^list\.json: Entry 2 is not an id with the text of a document\./],
    [
      'a manifest without a text',
      { format: 'x', operations: [{ id: hash(A) }] },
      /^list\.json: Entry 1 is not an id with the text of a document\./,
    ],
    [
      'another text',
      { [documentId(A)]: B },
      new RegExp(
        `^list\\.json: ${documentId(A)}: The id has to be the SHA-256 of the text, which is ${documentId(B)}\\. Build the list again, with SHA-256 as its hash\\.$`,
      ),
    ],
    ['MD5', { '9e107d9d372bb6826bd81d3542a419d6': A }, /^list\.json: 9e10.*: The id has to be the SHA-256 of the text/],
    ['upper case', { [hash(A).toUpperCase()]: A }, /The id has to be the SHA-256 of the text/],
    ['a long id', { ['x'.repeat(10_000)]: A }, /^list\.json: x{80}…: The id has to be/],
    ['a syntax error', listOf('{ a'), /^list\.json: sha256:.*: Syntax Error: Expected Name, found <EOF>\.$/],
    [
      'too many tokens',
      listOf(`{ ${'a '.repeat(5_001)}}`),
      /: Syntax Error: Document contains more tha[nt] 5000 tokens/,
    ],
    ['brackets too deep', listOf(`${'{a'.repeat(101)}${'}'.repeat(101)}`), /: The brackets .* nested too deeply/],
    ['an unknown field', listOf('{ c }'), /: Cannot query field "c" on type "Query"\..* Build the list again from/],
    [
      'a skipped subscription',
      listOf('subscription { c @skip(if: true) }'),
      /: The field of a subscription cannot have/,
    ],
    ['introspection', listOf('{ __schema { types { name } } }'), /: Introspection is off on this service;/],
  ])('are refused with %s', (_, list, sentence) => {
    const problems = problemsOf(folder.write('list.json', list));
    expect(problems).toEqual([expect.stringMatching(sentence)]);
  });

  it('may have introspection where it is on', () => {
    const text = '{ __schema { types { name } } }';
    expect(read([folder.write('list.json', listOf(text))], true).parsed.has(text)).toBe(true);
  });

  it('are refused with every problem of every list', () => {
    const broken = folder.write('broken.json', listOf('{ c }', '{ d }'));
    expect(problemsOf(broken, folder.write('none.json', {}))).toEqual([
      expect.stringMatching(/^broken\.json: .*"c"/),
      expect.stringMatching(/^broken\.json: .*"d"/),
      expect.stringMatching(/^none\.json: It has no documents/),
    ]);
    const many = folder.write('many.json', listOf(...Array.from({ length: 60 }, (_, index) => `{ c${index} }`)));
    const problems = problemsOf(many);
    expect([problems.length, problems.at(-1)]).toEqual([51, 'The rest has 10 more problems; these are the first 50.']);
  });

  it('are refused before they are read if they are too large, missing or no files', () => {
    const huge = folder.write('huge.json', '');
    truncateSync(huge, 1_000_000_000);
    const pipe = join(folder.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(problemsOf(huge, join(folder.path, 'missing.json'), folder.path, pipe)).toEqual([
      expect.stringMatching(/^huge\.json: It is larger than 4194304 bytes\. Divide it/),
      expect.stringMatching(/^missing\.json: It cannot be opened \(ENOENT\)\. Set the path/),
      expect.stringMatching(/: It is not a file\.$/),
      'pipe: It is not a file.',
    ]);
  });
});
