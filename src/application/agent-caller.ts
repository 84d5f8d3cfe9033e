import { folded } from '../domain/folded-text';
import { hidesSomething } from '../domain/text';
import { AGENT_NAME, follows } from '../domain/value-rules';
import { ALL_RIGHTS } from './access/rights';
import type { Caller } from './ports/caller';

/**
 * Whether the text can name an agent: not blank, not too long, and without invisible characters.
 */
export const isAgentName = (name: string): boolean => follows(AGENT_NAME, name) && !hidesSomething(name);

/**
 * The caller that acts as the agent of this name and sees all tickets. Names that are equal when
 * compared identify the same agent.
 */
export const agentCaller = (name: string): Caller => ({
  actor: { kind: 'AGENT', id: folded(name).replaceAll(' ', '-'), name },
  sees: 'ALL',
  rights: ALL_RIGHTS,
});
