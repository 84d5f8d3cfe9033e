import type { Impact } from '../../../domain/impact';

/**
 * Shown by `serve` if the service listens without authentication on an address that others can
 * reach.
 */
export const UNAUTHENTICATED_WARNING =
  'STEPDOWN_ALLOW_UNAUTHENTICATED=true: everyone who can reach this service acts as its operator.';

/** Who may send requests. */
export interface CallersFacts {
  readonly authenticationRequired: boolean;
  readonly allowUnauthenticated: boolean;
  readonly operator: string;
  readonly oidc: { readonly issuer: string } | null;
}

function callersSentence({ authenticationRequired, operator, oidc }: CallersFacts): string {
  if (!authenticationRequired) {
    return `It does not authenticate callers: everyone who can reach it acts as "${operator}", or as the agent that the request names.`;
  }
  const key = 'an API key (npm run stepdown -- key create --help)';
  return `Every request needs ${oidc === null ? key : `a token of ${oidc.issuer} or ${key}`}.`;
}

export interface GreetingFacts {
  /** The URL of GraphQL. */
  readonly url: string;
  /** The name of the database for people, without the password. */
  readonly database: string;
  /** The command of the demo. */
  readonly demo: string;
  /** Facts of the policy, for a first ticket. */
  readonly impact: Pick<Impact, 'audience' | 'consequence'>;
  /** Who may send requests. */
  readonly callers: CallersFacts;
  readonly hasExplorer: boolean;
  /** The lists of the only documents that are executed; null if any document is. */
  readonly trustedDocuments: readonly string[] | null;
}

/** The text that `stepdown serve` prints once the service listens. */
export const greeting = ({
  url,
  database,
  callers,
  hasExplorer,
  trustedDocuments,
  ...examples
}: GreetingFacts): string => `
Stepdown serves ${url} (HTTP and WebSocket).
It keeps its data in ${database}.
${callersSentence(callers)}
${hasExplorer ? '\nOpen the address in a browser to explore it; the queries of README.md are its tabs.\n' : ''}${
  trustedDocuments === null
    ? examplesOf(url, callers, examples)
    : `It executes only the documents of ${trustedDocuments.join(' and ')}.\n`
}
Stop with Ctrl-C.
${callers.allowUnauthenticated ? `\nWARNING: ${UNAUTHENTICATED_WARNING}\n` : ''}`;

const examplesOf = (
  url: string,
  { authenticationRequired }: CallersFacts,
  { demo, impact: { audience, consequence } }: Pick<GreetingFacts, 'demo' | 'impact'>,
): string => `
Try in another terminal:
  ${demo}
      imports real incidents and reports on them
  curl ${url} -H 'content-type: application/json' \\${
    authenticationRequired ? `\n    -H 'authorization: Bearer …' \\` : ''
  }
    -d '{"query":"mutation { submitTicket(input: { subject: \\"Checkout is down\\", impacts: [{ audience: ${audience}, consequence: ${consequence} }] }) { ticket { number severity sla { response { dueAt } } } userErrors { message } } }"}'
`;

interface Address {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly host: string;
}

/**
 * The command that runs the demo in another terminal, on the service and the database of this
 * process. A URL of a database contains a password, so that it is not written out.
 *
 * @param defaults the configuration of a process without variables
 */
export function demoCommand(
  { databaseUrl, dataDir, host }: Address,
  port: string,
  defaults: Omit<Address, 'databaseUrl'> & { readonly port: number },
): string {
  const variables = [
    ...(port === `${defaults.port}` ? [] : [`PORT=${port}`]),
    ...(host === defaults.host ? [] : [`HOST=${host}`]),
    ...(databaseUrl === null ? [] : ['DATABASE_URL=…']),
    ...(databaseUrl !== null || dataDir === defaults.dataDir ? [] : [`STEPDOWN_DATA_DIR=${quoted(dataDir)}`]),
  ];
  return [...variables, 'npm run demo'].join(' ');
}

/** A word of a shell. */
const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
