import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A tab of the explorer. GraphiQL shows the name of its operation. */
interface ExplorerTab {
  readonly query: string;
  /** JSON; absent if the operation has none. */
  readonly variables?: string;
}

/**
 * Reads the tabs from a folder: `NN-name.graphql` for each, and `NN-name.json` for its variables if
 * it has any, in the order of their names.
 */
async function readTabs(folder: string): Promise<readonly ExplorerTab[]> {
  const names = (await readdir(folder)).sort();
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  return Promise.all(
    names
      .filter((name) => name.endsWith('.graphql'))
      .map(async (name) => {
        const query = await read(name);
        const variables = name.replace(/graphql$/, 'json');
        return names.includes(variables) ? { query, variables: await read(variables) } : { query };
      }),
  );
}

/** The script that starts GraphiQL with the queries of a folder as its tabs. */
export async function explorerScript(folder: string): Promise<string> {
  const tabs = JSON.stringify(await readTabs(folder), null, 1);
  return `'use strict';
const fileAt = (name) => new URL('explorer/' + name, document.baseURI).href;
const WORKERS = { json: 'json.worker.js', graphql: 'graphql.worker.js' };
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_, label) => fileAt(WORKERS[label] ?? 'editor.worker.js'),
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
