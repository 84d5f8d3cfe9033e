import { hidesSomething, isBlank } from '../domain/text';
import type { Caller } from './ports/caller';

/** The maximum length of an agent's name, in UTF-16 code units. */
export const MAX_AGENT_NAME_LENGTH = 100;

/**
 * Whether the text can name an agent: not blank, not too long, and without invisible characters.
 */
export const isAgentName = (name: string): boolean =>
  !isBlank(name) && name.length <= MAX_AGENT_NAME_LENGTH && !hidesSomething(name);

/**
 * The caller that acts as the agent of this name and sees all tickets. Names that differ only in
 * case, in Unicode compatibility forms or in white space identify the same agent.
 */
export const agentCaller = (name: string): Caller => ({
  actor: { kind: 'AGENT', id: name.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, '-'), name },
  sees: 'ALL',
});
