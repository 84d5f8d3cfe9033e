import pino from 'pino';
import { LINE_OPTIONS } from '../../src/compose/open-log';
import { type RunningService, startService } from '../../src/compose/start-service';
import { type Config, loadConfig } from '../../src/config';
import { createTestDatabase, type TestDatabase } from './database';
import { SEV2 } from './impacts';

export { CONTRADICTION, SEV1, SEV2, SEV3, SEV4 } from './impacts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Json;
  readonly errors: readonly { readonly message: string; readonly extensions: Json; readonly path?: Json }[];
  /** Undefined if the answer has none. */
  readonly extensions?: Json;
}

/** What JSON says; a test looks at it as it likes and fails where it is otherwise. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads answers of every shape.
export type Json = any;

/** How tests speak to a service. */
export interface Api {
  /** Asks, whatever comes of it. */
  ask(query: string, variables?: Json, headers?: Record<string, string>): Promise<Answer>;
  /** Asks what must succeed, and gives its data. */
  data(query: string, variables?: Json): Promise<Json>;
  /**
   * Carries out a mutation of one input and gives its payload, with the ticket's usual fields and
   * all user errors.
   */
  mutate(name: string, input: Json, fields?: string): Promise<Json>;
  /** Opens a ticket of these impacts and gives its id. */
  submit(impacts?: readonly Json[], more?: Json): Promise<string>;
}

export interface TestService extends Api {
  readonly url: string;
  readonly database: TestDatabase;
  /** Lines that the service logged. */
  readonly logged: readonly Json[];
  close(): Promise<void>;
}

const ERRORS = 'userErrors { __typename code message path }';
const TICKET = 'ticket { id number state severity version }';

/** The API of a service that listens at an address. */
export function apiAt(url: string): Api {
  const ask: Api['ask'] = async (query, variables, headers) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data = null, errors = [], extensions } = (await response.json()) as Json;
    return { status: response.status, headers: response.headers, data, errors, extensions };
  };
  const data: Api['data'] = async (query, variables) => {
    const answer = await ask(query, variables);
    if (answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  };
  const mutate: Api['mutate'] = async (name, input, fields = `${TICKET} ${ERRORS} clientMutationId`) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    return (await data(`mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} } }`, { input }))[name];
  };
  return {
    ask,
    data,
    mutate,
    submit: async (impacts = SEV2, more = {}) => {
      const { ticket, userErrors } = await mutate('submitTicket', { subject: 'Checkout is down', impacts, ...more });
      if (ticket === null) throw new Error(JSON.stringify(userErrors));
      return ticket.id;
    },
  };
}

/** A real service on a database of its own, or on that of another; it listens on a free port. */
export async function startTestService(
  options: { readonly database?: TestDatabase; readonly url?: string; readonly config?: Partial<Config> } = {},
): Promise<TestService> {
  const database = options.database ?? (await createTestDatabase());
  const logged: Json[] = [];
  const logger = pino({ ...LINE_OPTIONS, level: 'debug' }, { write: (line: string) => logged.push(JSON.parse(line)) });
  const config: Config = { ...loadConfig({ DATABASE_URL: options.url ?? database.url, PORT: '0' }), ...options.config };
  const service: RunningService = await startService(config, logger);

  return {
    url: service.url,
    database,
    logged,
    ...apiAt(service.url),
    close: async () => {
      await service.close();
      if (options.database === undefined) await database.drop();
    },
  };
}
