import type { IncomingMessage } from 'node:http';
import type { Caller } from '../../application/ports/caller';
import { hidesSomething, isBlank } from '../../domain/text';
import { RequestError } from './request-body';

/** Says which agent acts. Until there are accounts it is believed, as whoever reaches the service is. */
const AGENT_HEADER = 'x-stepdown-agent';

const LONGEST_NAME = 100;

/**
 * As whom a request acts: the agent that its header names, else the configured operator. Names that differ only in case,
 * in the form of their letters (full width, accents apart) or in the space between their words are one agent's.
 *
 * @throws RequestError 400 where the header holds no name.
 */
export function callerBy(operator: string): (request: Pick<IncomingMessage, 'headers'>) => Caller {
  const byDefault = agentNamed(operator);
  return ({ headers }) => {
    const given = headers[AGENT_HEADER];
    if (given === undefined) return byDefault;
    // Node reads the bytes of a header as Latin-1; clients send UTF-8.
    const name = Buffer.from(String(given), 'latin1').toString('utf8').trim();
    if (isBlank(name) || name.length > LONGEST_NAME || hidesSomething(name) || name.includes('\ufffd')) {
      const takes = `takes the name of an agent: 1 to ${LONGEST_NAME} characters of UTF-8, all of which can be seen`;
      throw new RequestError(400, 'BAD_USER_INPUT', `The header X-Stepdown-Agent ${takes}.`);
    }
    return agentNamed(name);
  };
}

const agentNamed = (name: string): Caller => ({
  actor: { kind: 'AGENT', id: name.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, '-'), name },
  sees: 'ALL',
});
