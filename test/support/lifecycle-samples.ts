import { HOUR_MS } from '../../src/domain/instant';
import type { Command } from '../../src/domain/ticket/commands';
import { allowedActions } from '../../src/domain/ticket/lifecycle';
import type { Ticket } from '../../src/domain/ticket/ticket';
import {
  ACKNOWLEDGE,
  AGENT,
  CIMCLOUD,
  ny,
  OTHER_AGENT,
  RESOLVE,
  reclassify,
  SEV1,
  SEV2,
  SEV3,
  Story,
  WAIT,
  workaround,
} from './domain';

const OPENED = ny('2026-11-16 09:00');
const AT = OPENED + HOUR_MS;

const ASSIGN: Command = { type: 'assign', assignee: 'Ada' };
const WAIVE: Command = { type: 'waiveBreach', kind: 'RESPONSE', cycle: 1, reason: 'their line was down' };
const waitFor = (reason: 'THIRD_PARTY' | 'OTHER_TICKET'): Command => ({ type: 'startWaiting', reason });

/** Each dimension: what was done to a ticket of SEV1, in this order. An empty name is left out. */
const DIMENSIONS: readonly Readonly<Record<string, readonly Command[]>>[] = [
  { '': [], acknowledged: [ACKNOWLEDGE] },
  {
    '': [],
    'a workaround': [workaround(SEV2)],
    'two workarounds': [workaround(SEV2), workaround(SEV3)],
    'a workaround, reclassified since': [workaround(SEV3), reclassify(SEV2, 'worse again')],
    'a workaround, withdrawn': [workaround(SEV2), { type: 'withdrawWorkaround', reason: null }],
  },
  {
    '': [],
    'waiting for the client': [WAIT],
    'waiting for all': [WAIT, waitFor('THIRD_PARTY'), waitFor('OTHER_TICKET')],
  },
  { '': [], 'a proposal': [{ type: 'reclassify', override: { severity: 'SEV4', reason: 'minor' } }] },
  { live: [], resolved: [RESOLVE], closed: [{ type: 'close', reason: 'a duplicate' }] },
];

/** The commands that come first, and when all commands come: before or after RESPONSE is due. */
const BREACHES = [
  ['in time', OPENED, []],
  ['breached', AT, [ASSIGN]],
  ['breached and waived', AT, [WAIVE]],
] as const;

/** A ticket for every combination of the dimensions, with its name. */
function sampleTickets(): readonly (readonly [name: string, ticket: Ticket])[] {
  const combinations = DIMENSIONS.reduce<readonly (readonly [string, readonly Command[]])[]>(
    (soFar, dimension) =>
      soFar.flatMap(([name, commands]) =>
        Object.entries(dimension).map(
          ([value, more]) => [value === '' ? name : `${name}, ${value}`, [...commands, ...more]] as const,
        ),
      ),
    [['', []]],
  );
  return BREACHES.flatMap(([breach, at, first]) =>
    combinations.map(([name, commands]) => {
      const story = new Story(SEV1, OPENED);
      for (const command of [...first, ...commands]) story.try(command, at);
      return [breach + name, story.ticket] as const;
    }),
  );
}

/**
 * What `allowedActions` answers for each sample ticket to the agent who made its proposal and to
 * another agent. Equal answers are written once, after the names of their tickets. `illegal` stands
 * for the refusal `IllegalTransition` that names the ticket's state and the allowed commands.
 */
export function allowedActionsOfSamples(): string {
  const samples = new Map<string, string[]>();
  for (const [name, ticket] of sampleTickets()) {
    for (const actor of [AGENT, OTHER_AGENT]) {
      const actions = allowedActions({ ticket, policy: CIMCLOUD, at: AT, actor });
      const allowed = actions.filter((action) => action.allowed).map(({ command }) => command);
      const answer = actions
        .map(({ command, allowed: isAllowed, refusal }) => {
          const text = JSON.stringify(refusal);
          const illegal = JSON.stringify({ code: 'IllegalTransition', state: ticket.state, command, allowed });
          return `${command}: ${isAllowed && refusal === null ? 'allowed' : text === illegal ? 'illegal' : text}`;
        })
        .join('\n');
      samples.set(answer, [...(samples.get(answer) ?? []), `# ${actor.id}: ${name}`]);
    }
  }
  return [...samples].map(([answer, names]) => `${names.join('\n')}\n${answer}\n`).join('\n');
}
