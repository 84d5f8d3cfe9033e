/**
 * Shown by `serve` if the service listens without authentication on an address that others can
 * reach.
 */
export const UNAUTHENTICATED_WARNING =
  'STEPDOWN_ALLOW_UNAUTHENTICATED=true: everyone who can reach this service acts as its operator.';

export interface GreetingFacts {
  /** The URL of GraphQL. */
  readonly url: string;
  /**
   * The folder of the embedded PostgreSQL; null if the service uses the database of DATABASE_URL.
   */
  readonly dataDir: string | null;
  readonly isUnauthenticated: boolean;
  readonly hasExplorer: boolean;
}

/** The text that `stepdown serve` prints once the service listens. */
export const greeting = ({ url, dataDir, isUnauthenticated, hasExplorer }: GreetingFacts): string => `
Stepdown serves ${url} (HTTP and WebSocket).
${hasExplorer ? 'Open this address in a browser to explore it: the queries of the README are there as tabs.\n' : ''}Data: ${dataDir ?? 'the database of DATABASE_URL'}

Try in another terminal:
  npm run demo                      imports real incidents and reports on them
  curl ${url} -H 'content-type: application/json' \\
    -d '{"query":"mutation { submitTicket(input: { subject: \\"Checkout is down\\", impacts: [{ audience: ALL_END_USERS, consequence: ORDERING_BLOCKED }] }) { ticket { number severity sla { response { dueAt } } } userErrors { message } } }"}'

Stop with Ctrl-C.
${isUnauthenticated ? `\nWARNING: ${UNAUTHENTICATED_WARNING}\n` : ''}`;
