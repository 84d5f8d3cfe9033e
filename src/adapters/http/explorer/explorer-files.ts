import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { explorerScript } from './explorer-script';

export interface ExplorerFile {
  readonly type: string;
  /** The content, compressed by gzip. */
  readonly gzip: Buffer;
  /** Weak, because it is also the tag of the content that is not compressed. */
  readonly tag: string;
}

/** The files of GraphiQL, each with its name in the package. */
const PARTS: Readonly<Record<string, string>> = {
  'graphiql.js': 'js',
  'graphiql.css': 'css',
  'editor.worker.js': 'editorWorkerService',
  'json.worker.js': 'jsonWorker',
  'graphql.worker.js': 'graphqlWorker',
};

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">
<path d="M2 5h7v5h6v5h7" fill="none" stroke="#d60590" stroke-width="3" stroke-linejoin="round" stroke-linecap="round"/>
</svg>
`;

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/**
 * Compresses the files of the package in a thread: the texts take 30 MB of heap and, with their
 * compression, a second. What stays is 2.5 MB outside the heap.
 */
const COMPRESS = `
const { parentPort, workerData } = require('node:worker_threads');
const { gzipSync } = require('node:zlib');
const texts = require(workerData.module);
parentPort.postMessage(Object.entries(workerData.parts).map(([name, part]) => [name, gzipSync(texts[part])]));
`;

/** The files of the explorer, by name. They are loaded with the first request for one of them. */
export class ExplorerFiles {
  private files: Promise<ReadonlyMap<string, ExplorerFile>> | null = null;

  /** @param queries the folder of the queries that the tabs show */
  constructor(private readonly queries: string) {}

  /** @returns undefined if there is no such file */
  async get(name: string): Promise<ExplorerFile | undefined> {
    this.files ??= load(this.queries).catch((error: unknown) => {
      this.files = null;
      throw error;
    });
    return (await this.files).get(name);
  }
}

async function load(queries: string): Promise<ReadonlyMap<string, ExplorerFile>> {
  const [script, parts] = await Promise.all([explorerScript(queries), compressParts()]);
  const all: readonly (readonly [string, Uint8Array])[] = [
    ...parts,
    ['start.js', gzipSync(script)],
    ['icon.svg', gzipSync(ICON)],
  ];
  return new Map(all.map(([name, bytes]) => [name, fileOf(name, Buffer.from(bytes))]));
}

async function compressParts(): Promise<readonly (readonly [string, Uint8Array])[]> {
  const module = require.resolve('@graphql-yoga/render-graphiql/graphiql');
  // Options of this process, such as the size of its heap, are not accepted by a thread.
  const worker = new Worker(COMPRESS, { eval: true, execArgv: [], workerData: { module, parts: PARTS } });
  const [parts] = await once(worker, 'message');
  return parts;
}

const fileOf = (name: string, gzip: Buffer): ExplorerFile => ({
  type: TYPES[name.replace(/^.*\./, '')] ?? 'application/octet-stream',
  gzip,
  tag: `W/"${createHash('sha256').update(gzip).digest('base64url').slice(0, 22)}"`,
});
