import { ConnectionError, createClient, RequestError } from '../../../../packages/client/src';
import { OperatorError } from '../../../application/operator-error';
import { toGlobalId } from '../../graphql/base/global-id';
import { singleLine } from '../printable';

/** The demo cannot continue; the message says what to do. */
export class DemoError extends OperatorError {
  override readonly name = 'DemoError';
}

const STATES = ['OPEN', 'WORKAROUND_APPLIED', 'RESOLVED', 'CLOSED'] as const;
const SEVERITIES = ['SEV1', 'SEV2', 'SEV3', 'SEV4'] as const;

/** The client of the incidents of the demo. Only they belong to it. */
export const DEMO_CLIENT = 'Demo: ServiceNow incidents';

/** The actor who opens and changes the tickets of the demo. */
export const DEMO_ACTOR = { kind: 'IMPORT', id: 'demo', name: 'Demo' } as const;

const countsOf = (client: string): string => `query TicketsBySeverityAndState($client: ID! = "${client}") {
${SEVERITIES.flatMap((severity) =>
  STATES.map(
    (state) =>
      `  ${severity}_${state}: tickets(first: 1, filter: { client: { eq: $client }, severity: { eq: ${severity} }, state: { eq: ${state} } }) { totalCount }`,
  ),
).join('\n')}
}`;

const dueNextOf = (client: string): string => `query DueNext($client: ID! = "${client}") {
  tickets(
    first: 10
    filter: { client: { eq: $client }, state: { in: [OPEN, WORKAROUND_APPLIED] }, isBreached: false, nextDeadlineAt: { isNull: false } }
    orderBy: { field: NEXT_DEADLINE_AT, direction: ASC }
  ) {
    totalCount
    nodes { externalId severity subject nextDeadline { kind dueAt remaining status } }
  }
}`;

const breachesOf = (client: string): string => `query Breaches($client: ID! = "${client}") {
${SEVERITIES.map(
  (severity) =>
    `  ${severity}: tickets(first: 1, filter: { client: { eq: $client }, severity: { eq: ${severity} }, isBreached: true }) { totalCount }`,
).join('\n')}
  latest: tickets(first: 5, filter: { client: { eq: $client }, isBreached: true }, orderBy: { field: OPENED_AT, direction: DESC }) {
    nodes { externalId severity breaches { kind severityAtBreach dueAt breachedAt } }
  }
}`;

interface Counted {
  readonly totalCount: number;
}
interface DueNext {
  readonly tickets: Counted & {
    readonly nodes: readonly {
      readonly externalId: string | null;
      readonly severity: string;
      readonly subject: string;
      readonly nextDeadline: {
        readonly kind: string;
        readonly dueAt: string;
        readonly remaining: string;
        readonly status: string;
      };
    }[];
  };
}
interface Breaches {
  readonly latest: {
    readonly nodes: readonly {
      readonly externalId: string | null;
      readonly severity: string;
      readonly breaches: readonly {
        readonly kind: string;
        readonly severityAtBreach: string;
        readonly breachedAt: string;
      }[];
    }[];
  };
}

/**
 * Queries the service and returns a report on the incidents as text, and after it the queries.
 *
 * @param clientId the UUID of the client of the demo
 * @param key an API key, if requests are authenticated
 */
export async function demoReport(url: string, clientId: string, key: string | null = null): Promise<string> {
  const client = toGlobalId('Client', clientId);
  const queries = [countsOf(client), dueNextOf(client), breachesOf(client)] as const;
  const counts = await ask<Record<string, Counted>>(url, queries[0], key);
  const due = await ask<DueNext>(url, queries[1], key);
  const breaches = await ask<Breaches & Readonly<Record<(typeof SEVERITIES)[number], Counted>>>(url, queries[2], key);
  return [
    ...part('Tickets by severity and state', [
      ['', ...STATES],
      ...SEVERITIES.map((severity) => [
        severity,
        ...STATES.map((state) => String(counts[`${severity}_${state}`]?.totalCount ?? 0)),
      ]),
    ]),
    ...part(`Due next (of ${due.tickets.totalCount} unresolved tickets without a breach)`, [
      ['ticket', 'severity', 'commitment', 'due (UTC)', 'business time left', 'status'],
      ...due.tickets.nodes.map(({ externalId, severity, nextDeadline: { kind, dueAt, remaining, status } }) => [
        externalId ?? '–',
        severity,
        kind,
        dueAt,
        remaining,
        status,
      ]),
    ]),
    ...part('Tickets with a breach, by severity', [
      [...SEVERITIES],
      SEVERITIES.map((severity) => String(breaches[severity].totalCount)),
    ]),
    ...part('The latest breaches', [
      ['ticket', 'commitment', 'severity at breach', 'breached at (UTC)'],
      ...breaches.latest.nodes.flatMap(({ externalId, breaches: list }) =>
        list.map(({ kind, severityAtBreach, breachedAt }) => [externalId ?? '–', kind, severityAtBreach, breachedAt]),
      ),
    ]),
    heading('The queries of these tables'),
    ...queries.flatMap((query) => ['', ...query.split('\n').map((line) => `  ${line}`)]),
    '',
    '',
  ].join('\n');
}

/**
 * Checks that the service uses the database that has the client of the demo. The id of a client is
 * unique among all databases.
 *
 * @param clientId its UUID
 * @param key an API key of that database, if requests are authenticated
 * @throws DemoError if it does not
 */
export async function requireSameDatabase(
  url: string,
  database: string,
  clientId: string,
  key: string | null,
): Promise<void> {
  const query = `{ node(id: "${toGlobalId('Client', clientId)}") { id } }`;
  const { node } = await ask<{ readonly node: object | null }>(url, query, key).catch((error: DemoError) => {
    const isUnknownKey = error.cause instanceof RequestError && error.cause.code === 'UNAUTHENTICATED';
    throw key !== null && isUnknownKey ? otherDatabase(url, database) : error;
  });
  if (node === null) throw otherDatabase(url, database);
}

export const otherDatabase = (url: string, database: string): DemoError =>
  new DemoError(
    `The service at ${url} uses another database than this command, which would use ${database}. Run the demo with the ` +
      'DATABASE_URL or STEPDOWN_DATA_DIR that the service was started with, or with the PORT of another service.',
  );

/** What `stepdown demo --remove` has done. The adapter of the database has this shape. */
type Removal =
  | { readonly done: 'NO_SUCH_CLIENT' }
  | { readonly done: 'IN_USE'; readonly tickets: readonly number[] }
  | { readonly done: 'REMOVED'; readonly tickets: number; readonly events: number };

const MAX_LISTED_TICKETS = 10;

/**
 * The sentence on a removal.
 *
 * @throws DemoError if others have worked on the tickets
 */
export function removalText(removal: Removal, database: string): string {
  switch (removal.done) {
    case 'NO_SUCH_CLIENT':
      return `There are no incidents of the demo in ${database}.\n`;
    case 'REMOVED':
      return `Removed ${removal.tickets} tickets, their ${removal.events} events and the client “${DEMO_CLIENT}” from ${database}.\n`;
    case 'IN_USE': {
      const { length } = removal.tickets;
      const shown = `${removal.tickets.slice(0, MAX_LISTED_TICKETS).join(', ')}${length > MAX_LISTED_TICKETS ? ', …' : ''}`;
      throw new DemoError(
        `Nothing was removed: others have worked on ${length} ${length === 1 ? 'ticket' : 'tickets'} of “${DEMO_CLIENT}”, or ` +
          `opened ${length === 1 ? 'it' : 'them'} (${shown}). Only what the demo alone has made can be removed.`,
      );
    }
  }
}

/** @throws DemoError for whatever is not an answer of a service */
async function ask<Data>(url: string, query: string, key: string | null): Promise<Data> {
  try {
    return await createClient({ url, ...(key === null ? {} : { key }) }).request<Data>(query);
  } catch (error) {
    throw new DemoError(`${url} did not answer the demo's query: ${reasonOf(error)}.`, { cause: error });
  }
}

/** Not the text that another program has answered. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof ConnectionError)) return error.message.replace(/\.$/, '');
  return error.status === null ? (error.cause as Error).message : `status ${error.status}`;
}

function answerIn(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

const HEALTH_TIMEOUT_MS = 5_000;

/**
 * Whether a Stepdown service answers at the URL.
 *
 * @throws DemoError if one does that cannot serve
 */
export async function isServing(url: string): Promise<boolean> {
  const text = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })
    .then((response) => response.text())
    .catch(() => '');
  // Other programs can have a `/health` too.
  const { status, version } = answerIn(text) as { readonly status?: unknown; readonly version?: unknown };
  if (typeof status !== 'string' || typeof version !== 'string') return false;
  if (status !== 'unavailable') return true;
  throw new DemoError(`The service at ${url} cannot use its database at the moment. Run the demo when it can.`);
}

const heading = (title: string): string => `── ${title} ${'─'.repeat(Math.max(3, 76 - title.length))}`;

const part = (title: string, rows: readonly (readonly string[])[]): readonly string[] => [
  '',
  heading(title),
  '',
  ...table(rows),
  '',
];

function table(cells: readonly (readonly string[])[]): readonly string[] {
  const rows = cells.map((row) => row.map(singleLine));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}
