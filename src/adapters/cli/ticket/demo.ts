import { OperatorError } from '../../../application/operator-error';
import { singleLine } from '../printable';

/** The demo cannot continue; the message says what to do. */
class DemoError extends OperatorError {
  override readonly name = 'DemoError';
}

const STATES = ['OPEN', 'WORKAROUND_APPLIED', 'RESOLVED', 'CLOSED'] as const;
const SEVERITIES = ['SEV1', 'SEV2', 'SEV3', 'SEV4'] as const;

const COUNTS = `query TicketsBySeverityAndState {
${SEVERITIES.flatMap((severity) =>
  STATES.map(
    (state) =>
      `  ${severity}_${state}: tickets(first: 1, filter: { severity: { eq: ${severity} }, state: { eq: ${state} } }) { totalCount }`,
  ),
).join('\n')}
}`;

const DUE_NEXT = `query DueNext {
  tickets(
    first: 10
    filter: { state: { in: [OPEN, WORKAROUND_APPLIED] }, isBreached: false, nextDeadlineAt: { isNull: false } }
    orderBy: { field: NEXT_DEADLINE_AT, direction: ASC }
  ) {
    totalCount
    nodes { externalId severity subject nextDeadline { kind dueAt remaining status } }
  }
}`;

const BREACHES = `query Breaches {
${SEVERITIES.map(
  (severity) =>
    `  ${severity}: tickets(first: 1, filter: { severity: { eq: ${severity} }, isBreached: true }) { totalCount }`,
).join('\n')}
  latest: tickets(first: 5, filter: { isBreached: true }, orderBy: { field: OPENED_AT, direction: DESC }) {
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

/** Queries the service and returns a small report as text; each part is preceded by its query. */
export async function demoReport(url: string): Promise<string> {
  const counts = await ask<Record<string, Counted>>(url, COUNTS);
  const due = await ask<DueNext>(url, DUE_NEXT);
  const breaches = await ask<Breaches & Readonly<Record<(typeof SEVERITIES)[number], Counted>>>(url, BREACHES);
  return [
    ...part('Tickets by severity and state', COUNTS, [
      ['', ...STATES],
      ...SEVERITIES.map((severity) => [
        severity,
        ...STATES.map((state) => String(counts[`${severity}_${state}`]?.totalCount ?? 0)),
      ]),
    ]),
    ...part(`Due next (of ${due.tickets.totalCount} unresolved tickets without a breach)`, DUE_NEXT, [
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
    ...part('Tickets with a breach, by severity', BREACHES, [
      [...SEVERITIES],
      SEVERITIES.map((severity) => String(breaches[severity].totalCount)),
    ]),
    'The latest of them:',
    ...table([
      ['ticket', 'commitment', 'severity at breach', 'breached at (UTC)'],
      ...breaches.latest.nodes.flatMap(({ externalId, breaches: list }) =>
        list.map(({ kind, severityAtBreach, breachedAt }) => [externalId ?? '–', kind, severityAtBreach, breachedAt]),
      ),
    ]),
    '',
    `Paste any of these queries into a GraphQL client at ${url}.`,
    '',
  ].join('\n');
}

/**
 * Checks that the service can read a ticket that was just imported.
 * @throws DemoError if it cannot
 */
export async function requireImported(url: string, externalId: string): Promise<void> {
  const query = `{ tickets(first: 1, filter: { externalId: { eq: ${JSON.stringify(externalId)} } }) { totalCount } }`;
  const { tickets } = await ask<{ readonly tickets: Counted }>(url, query);
  if (tickets.totalCount > 0) return;
  throw new DemoError(
    `The service at ${url} does not have the incidents that were just imported, so it uses another database. ` +
      'Stop it, or run the demo with the DATABASE_URL or STEPDOWN_DATA_DIR that it was started with.',
  );
}

async function ask<Data>(url: string, query: string): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: readonly { message: string }[] };
  if (data == null || errors !== undefined) {
    throw new DemoError(`${url} did not answer the demo's query: ${errors?.[0]?.message ?? response.statusText}`);
  }
  return data;
}

/** Whether a Stepdown service is healthy at the URL. */
export async function isServing(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(2_000) });
    return response.ok && ((await response.json()) as { status?: string }).status === 'ok';
  } catch {
    return false;
  }
}

const part = (title: string, query: string, rows: readonly (readonly string[])[]): readonly string[] => [
  '',
  `── ${title} ${'─'.repeat(Math.max(3, 76 - title.length))}`,
  '',
  ...query.split('\n').map((line) => `  ${line}`),
  '',
  ...table(rows),
  '',
];

function table(cells: readonly (readonly string[])[]): readonly string[] {
  const rows = cells.map((row) => row.map(singleLine));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}
