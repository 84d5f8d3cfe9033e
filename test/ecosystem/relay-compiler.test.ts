import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Json, startTestService, type TestService } from '../support/graphql-service';

const SCHEMA = readFileSync(join(__dirname, '../../schema.graphql'), 'utf8');
// The package has a program for each platform.
const COMPILER = join(__dirname, 'node_modules/relay-compiler/cli.js');

let folder: string;
let service: TestService;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepdown-relay-'));
  service = await startTestService();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await service.close();
});

/**
 * Compiles the documents of `relay/` for a schema; returns the text of each operation by its name.
 *
 * @throws Error with what the compiler says
 */
function compile(name: string, schema: string): Readonly<Record<string, string>> {
  const project = join(folder, name);
  const artifacts = join(project, 'artifacts');
  mkdirSync(artifacts, { recursive: true });
  cpSync(join(__dirname, 'relay'), join(project, 'src'), { recursive: true });
  writeFileSync(join(project, 'schema.graphql'), schema);
  const config = {
    src: 'src',
    schema: 'schema.graphql',
    language: 'javascript',
    artifactDirectory: 'artifacts',
    eagerEsModules: false,
  };
  writeFileSync(join(project, 'relay.config.json'), JSON.stringify(config));
  try {
    execFileSync(process.execPath, [COMPILER, 'relay.config.json'], { cwd: project, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Error((error as { readonly stderr: string }).stderr);
  }
  return Object.fromEntries(
    readdirSync(artifacts)
      .map((file): Json => require(join(artifacts, file)))
      .filter(({ kind }) => kind === 'Request')
      .map(({ params }) => [params.name, params.text]),
  );
}

test('relay-compiler accepts the schema, and the service what it makes of pagination, refetching and mutations', async () => {
  const texts = compile('accepted', SCHEMA);
  expect(Object.keys(texts).sort()).toEqual([
    'TicketListEventsQuery',
    'TicketListPaginationQuery',
    'TicketListQuery',
    'TicketListRowQuery',
    'TicketListSubmitMutation',
    'TicketListSubscription',
  ]);
  const run = (name: string, variables: Json = {}): Promise<Json> => service.data(texts[name] ?? '', variables);

  const { submitTicket } = await run('TicketListSubmitMutation', {
    input: { subject: 'First', impacts: [{ audience: 'ALL_END_USERS', consequence: 'ORDERING_BLOCKED' }] },
  });
  const { id } = submitTicket.ticket;
  for (let more = 0; more < 4; more += 1) await service.submit();

  // `@connection` asks for the cursor and the end of each page.
  const subjects: string[] = [];
  let page = (await run('TicketListQuery')).tickets;
  for (let pages = 1; ; pages += 1) {
    expect(page.edges.every(({ cursor }: Json) => typeof cursor === 'string')).toBe(true);
    subjects.push(...page.edges.map(({ node }: Json) => node.subject));
    if (!page.pageInfo.hasNextPage) {
      expect(pages).toBe(3);
      break;
    }
    page = (await run('TicketListPaginationQuery', { count: 2, cursor: page.pageInfo.endCursor })).tickets;
  }
  expect(subjects).toHaveLength(5);
  expect(subjects[0]).toBe('First');

  // `@refetchable` asks for an object by its id alone.
  expect((await run('TicketListRowQuery', { id })).node).toMatchObject({ __typename: 'Ticket', id, subject: 'First' });
  expect((await run('TicketListEventsQuery', { id, count: 1 })).node.events).toMatchObject({
    edges: [{ node: { type: 'SUBMITTED', severity: 'SEV1' } }],
    pageInfo: { hasNextPage: false },
  });
});

test('relay-compiler refuses a schema in which objects cannot be found by their id', () => {
  expect(() => compile('refused', SCHEMA.replace(/^ {2}node\(/m, '  object('))).toThrow(/`node\(id: ID\): Node` field/);
});
