import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kind, parse } from 'graphql';

/** A tab of the explorer. GraphiQL shows the name of its operation. */
interface ExplorerTab {
  readonly query: string;
  /** JSON; absent if the operation has none. */
  readonly variables?: string;
}

/**
 * Reads the tabs from a folder: an operation from each `NN-name.graphql`, in their order. The
 * values of their variables come from `variables.json`, which says for each name what to fill in.
 */
async function readTabs(folder: string, values: Hints): Promise<readonly ExplorerTab[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  return (await Promise.all(names.map(read))).map((query) => {
    const variables = variablesOf(query);
    if (variables.length === 0) return { query };
    return {
      query,
      variables: JSON.stringify(Object.fromEntries(variables.map((name) => [name, values[name]])), null, 2),
    };
  });
}

const variablesOf = (query: string): readonly string[] =>
  parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
      : [],
  );

/** What to fill in for a variable, by its name. */
type Hints = Readonly<Record<string, unknown>>;

/** The script that starts GraphiQL with the queries of a folder as its tabs. */
export async function explorerScript(folder: string): Promise<string> {
  const hints = JSON.parse(await readFile(join(folder, 'variables.json'), 'utf8')) as Hints;
  const tabs = JSON.stringify(await readTabs(folder, hints), null, 1);
  return `'use strict';
const fileAt = (name) => new URL('explorer/' + name, document.baseURI).href;
const WORKERS = { json: 'json.worker.js', graphql: 'graphql.worker.js' };
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_, label) => fileAt(WORKERS[label] ?? 'editor.worker.js'),
};
// A variable that is still its hint gets the value of the ticket that this window opened last.
const hints = ${JSON.stringify(hints)};
const send = self.fetch;
self.fetch = async (address, options) => {
  if (typeof options?.body !== 'string') return send(address, options);
  const operation = JSON.parse(options.body);
  const opened = JSON.parse(sessionStorage.getItem('opened') ?? '{}');
  for (const [name, value] of Object.entries(operation.variables ?? {})) {
    if (value === hints[name] && name in opened) operation.variables[name] = opened[name];
  }
  const answer = await send(address, { ...options, body: JSON.stringify(operation) });
  if (!operation.query?.includes('submitTicket')) return answer;
  const { data } = await answer.clone().json().catch(() => ({}));
  const ticket = data?.submitTicket?.ticket;
  if (ticket) sessionStorage.setItem('opened', JSON.stringify({ ticket: ticket.id, at: ticket.openedAt }));
  return answer;
};
const endpoint = new URL('graphql', document.baseURI).href;
YogaGraphiQL.renderYogaGraphiQL(document.getElementById('explorer'), {
  endpoint,
  title: 'Stepdown',
  logo: '<img src="explorer/icon.svg" width="24" height="24" alt="">',
  subscriptionsProtocol: 'WS',
  subscriptionsEndpoint: endpoint.replace(/^http/, 'ws'),
  // Headers can hold secrets.
  shouldPersistHeaders: false,
  // Otherwise the query becomes part of the address, which then is that of an operation.
  onEditQuery: () => undefined,
  defaultTabs: ${tabs},
});
`;
}
