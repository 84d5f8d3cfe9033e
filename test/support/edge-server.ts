import { buildSchema } from 'graphql';
import pino from 'pino';
import { contextFactory } from '../../src/adapters/graphql/context';
import type { RunningOperation } from '../../src/adapters/graphql/running-operation';
import type { HttpServer, HttpSettings } from '../../src/adapters/http/http-server';
import type { Services } from '../../src/application/ports/services';
import { startServerOf } from './server-of';

export interface EdgeServer extends HttpServer {
  /** The operations that have begun. */
  readonly begun: readonly RunningOperation[];
  /** Lets the operations that ask for `held` end. */
  release(): void;
}

/** The HTTP server with a schema of one field, `held`, and no database. */
export async function startEdgeServer(settings: Partial<HttpSettings> = {}): Promise<EdgeServer> {
  const schema = buildSchema('type Query { held: Int }');
  const waiting: (() => void)[] = [];
  const field = schema.getQueryType()?.getFields().held;
  if (field === undefined) throw new Error('The schema has no field');
  field.resolve = () => new Promise((resolve) => waiting.push(() => resolve(1)));
  const services = { clock: { now: () => Date.now() } } as unknown as Services;
  const contextFor = contextFactory(services, pino({ level: 'silent' }));
  const begun: RunningOperation[] = [];
  const server = await startServerOf(services, {
    schema,
    contextFor: (caller, requestId, operation) => {
      if (operation !== null) begun.push(operation);
      return contextFor(caller, requestId, operation);
    },
    readHealth: () => Promise.reject(new Error('There is no database')),
    ...settings,
  });
  return {
    ...server,
    begun,
    release: () => {
      for (const end of waiting.splice(0)) end();
    },
  };
}
