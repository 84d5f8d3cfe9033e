import type { IncomingMessage } from 'node:http';
import { isApiKeyText } from '../../application/access/api-key-text';
import { type Authenticator, type CallerIdentity, Unauthenticated } from '../../application/access/caller-identity';
import { agentCaller, isAgentName } from '../../application/agent-caller';
import { AGENT_NAME } from '../../domain/value-rules';
import { RequestError } from './request-body';

/** Names the agent who acts, on a service that does not authenticate callers. */
const AGENT_HEADER = 'x-stepdown-agent';

type Headers = Pick<IncomingMessage, 'headers'>;

/** Who sends requests, by their headers or by the first message of a socket. */
export interface RequestCallers {
  /** Whether a request needs a credential. */
  readonly isRequired: boolean;
  /**
   * The credential of a request; null if it has none. Only API keys count on a service that does
   * not authenticate callers, since a proxy in front of it may use the header for itself.
   *
   * @param given `authorization` of a `connection_init` payload, which counts before the header
   * @throws Unauthenticated if it is not of the form `Bearer …`
   */
  credentialOf(request: Headers, given?: unknown): string | null;
  /**
   * The identity that belongs to the credential of a request.
   *
   * @throws Unauthenticated; Forbidden; RequestError with status 400
   */
  identify(request: Headers, credential: string | null): CallerIdentity | Promise<CallerIdentity>;
  /** Whether the credential was valid when this process looked it up last. */
  knows(credential: string): boolean;
}

/**
 * Reads callers from requests. Without a credential, that is the agent that the header
 * `X-Stepdown-Agent` names, or the operator; unless authentication is required.
 */
export function requestCallers(settings: {
  readonly operator: string;
  readonly authenticationRequired: boolean;
  readonly authenticator: Authenticator;
}): RequestCallers {
  const { authenticationRequired, authenticator } = settings;
  const operator = identityOf(settings.operator);
  return {
    isRequired: authenticationRequired,
    knows: (credential) => authenticator.knows(credential),
    credentialOf: ({ headers }, given) => {
      const value = given ?? headers.authorization;
      if (value === undefined || value === null) return null;
      const [, scheme, credential] = /^(\S+) +(\S+)$/.exec(typeof value === 'string' ? value.trim() : '') ?? [];
      const isBearer = scheme?.toLowerCase() === 'bearer' && credential !== undefined;
      if (!authenticationRequired) return isBearer && isApiKeyText(credential) ? credential : null;
      if (isBearer) return credential;
      throw new Unauthenticated(HOW);
    },
    identify: ({ headers }, credential) => {
      if (credential !== null) return authenticator.identify(credential);
      if (authenticationRequired) throw new Unauthenticated(HOW);
      const value = headers[AGENT_HEADER];
      if (value === undefined) return operator;
      // Node decodes the bytes of a header as Latin-1; clients send UTF-8.
      const name = Buffer.from(String(value), 'latin1').toString('utf8').trim();
      if (!isAgentName(name) || name.includes('\ufffd')) {
        throw new RequestError(
          400,
          'BAD_USER_INPUT',
          `The header X-Stepdown-Agent takes the name of an agent: 1 to ${AGENT_NAME.max} visible characters in UTF-8.`,
        );
      }
      return identityOf(name);
    },
  };
}

const HOW =
  'Send an API key or a token as `Authorization: Bearer …`; over a WebSocket, as `authorization` of connection_init.';

const identityOf = (agent: string): CallerIdentity => ({
  caller: agentCaller(agent),
  expiresAt: null,
  credential: null,
});
