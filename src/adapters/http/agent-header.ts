import type { IncomingMessage } from 'node:http';
import { agentCaller, isAgentName } from '../../application/agent-caller';
import type { Caller } from '../../application/ports/caller';
import { AGENT_NAME } from '../../domain/value-rules';
import { RequestError } from './request-body';

/** Names the agent who acts. There are no accounts yet, so the service trusts the name. */
const AGENT_HEADER = 'x-stepdown-agent';

/**
 * Returns a function that reads the caller of a request: the agent that its header names, or the
 * configured operator if it has no such header.
 *
 * The returned function throws a RequestError with status 400 if the header is not a valid name.
 */
export function callerFromHeaders(operator: string): (request: Pick<IncomingMessage, 'headers'>) => Caller {
  const operatorCaller = agentCaller(operator);
  return ({ headers }) => {
    const value = headers[AGENT_HEADER];
    if (value === undefined) return operatorCaller;
    // Node decodes the bytes of a header as Latin-1; clients send UTF-8.
    const name = Buffer.from(String(value), 'latin1').toString('utf8').trim();
    if (!isAgentName(name) || name.includes('\ufffd')) {
      throw new RequestError(
        400,
        'BAD_USER_INPUT',
        `The header X-Stepdown-Agent takes the name of an agent: 1 to ${AGENT_NAME.max} visible characters in UTF-8.`,
      );
    }
    return agentCaller(name);
  };
}
