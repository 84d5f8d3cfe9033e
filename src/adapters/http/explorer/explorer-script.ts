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
 * values of their variables come from `variables.json`.
 */
async function readTabs(folder: string): Promise<readonly ExplorerTab[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const values = JSON.parse(await read('variables.json')) as Readonly<Record<string, unknown>>;
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

/**
 * The script that starts GraphiQL with the queries of a folder as its tabs. A variable such as
 * `"${submitTicket.ticket.id}"` is sent as that part of the last answer that had it. Without one,
 * the query is not sent, and the answer that is shown says which to run first.
 */
export async function explorerScript(folder: string): Promise<string> {
  return `'use strict';
const TABS = ${JSON.stringify(await readTabs(folder), null, 1)};
${START}`;
}

const START = String.raw`
const fileAt = (name) => new URL('explorer/' + name, document.baseURI).href;
const WORKERS = { json: 'json.worker.js', graphql: 'graphql.worker.js' };
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_, label) => fileAt(WORKERS[label] ?? 'editor.worker.js'),
};

// The parts of answers that variables name, until the browser tab is closed.
const paths = TABS.flatMap(({ variables = '' }) => [...variables.matchAll(/"\$\{([\w.]+)\}"/g)].map(([, path]) => path));
const known = JSON.parse(sessionStorage.getItem('stepdown:known') ?? '{}');
const keepFrom = ({ data }) => {
  for (const path of paths) {
    const value = path.split('.').reduce((part, name) => part?.[name], data);
    if (value != null) known[path] = value;
  }
  sessionStorage.setItem('stepdown:known', JSON.stringify(known));
};
const filled = (body) =>
  body.replace(/"\$\{([\w.]+)\}"/g, (text, path) => (path in known ? JSON.stringify(known[path]) : text));

const endpoint = new URL('graphql', document.baseURI).href;
const ask = self.fetch.bind(self);
self.fetch = async (address, options) => {
  if (address !== endpoint || typeof options?.body !== 'string') return ask(address, options);
  const body = filled(options.body);
  const missing = paths.find((path) => body.includes('"\${' + path + '}"'));
  if (missing !== undefined) {
    const tab = missing[0].toUpperCase() + missing.slice(1).split('.', 1)[0];
    const message = 'Run the query of the tab ' + tab + ' first: this one needs ' + missing + ' of its answer.';
    return Response.json({ errors: [{ message }] });
  }
  const answer = await ask(address, { ...options, body });
  await answer.clone().json().then(keepFrom, () => undefined);
  return answer;
};

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
  defaultTabs: TABS,
});
`;
