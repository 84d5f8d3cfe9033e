import { COMMAND_TYPES, type CommandType } from './commands';
import { type Guard, refusalOf } from './guards';
import type { Refusal } from './refusals';
import { TICKET_STATES, type TicketState } from './ticket';
import { type Deciding, ticketMachine } from './ticket-machine';

/** One arrow of the lifecycle, read from the running machine. */
export interface Transition {
  readonly command: CommandType;
  readonly from: TicketState;
  readonly to: TicketState;
  readonly guard: Guard | null;
  readonly actions: readonly string[];
}

/** Every arrow of the machine, in the order of its literal. */
export const TRANSITIONS: readonly Transition[] = TICKET_STATES.flatMap((from) => {
  const node = ticketMachine.states[from];
  return [...(node?.transitions.values() ?? [])].flat().map((transition) => ({
    command: transition.eventType as CommandType,
    from,
    to: (transition.target?.[0]?.key ?? from) as TicketState,
    guard: (transition.guard ?? null) as Guard | null,
    actions: transition.actions.map((action) =>
      typeof action === 'string' ? action : String((action as { type?: string }).type ?? action),
    ),
  }));
});

const byStateAndCommand = new Map<string, readonly Transition[]>(
  TICKET_STATES.flatMap((state) =>
    COMMAND_TYPES.map(
      (command) =>
        [
          `${state}/${command}`,
          TRANSITIONS.filter((transition) => transition.from === state && transition.command === command),
        ] as const,
    ),
  ),
);

/** The arrows of a command out of a state; none where it is illegal there. */
export const transitionsOf = (state: TicketState, command: CommandType): readonly Transition[] =>
  byStateAndCommand.get(`${state}/${command}`) ?? [];

/** Whether a ticket would take a command, as far as can be told without its input, and why not. */
export interface AllowedAction {
  readonly command: CommandType;
  readonly allowed: boolean;
  readonly refusal: Refusal | null;
}

/** Every command with whether the ticket would take it now. */
export function allowedActions(deciding: Deciding): readonly AllowedAction[] {
  const { state } = deciding.ticket;
  const judged = COMMAND_TYPES.map((command) => ({ command, ...judge(deciding, command) }));
  const allowed = judged.filter((action) => action.allowed).map((action) => action.command);
  return judged.map(({ command, legal, barredBy, allowed: isAllowed }) => ({
    command,
    allowed: isAllowed,
    refusal: legal ? barredBy : { code: 'IllegalTransition', state, command, allowed },
  }));
}

/** The commands that the ticket would take now. */
export const allowedCommands = (deciding: Deciding): readonly CommandType[] =>
  COMMAND_TYPES.filter((command) => judge(deciding, command).allowed);

function judge(deciding: Deciding, command: CommandType) {
  const ways = transitionsOf(deciding.ticket.state, command);
  const refusals = ways.map(({ guard }) => (guard === null ? null : refusalOf(guard, deciding, null)));
  const legal = ways.length > 0;
  const allowed = legal && refusals.some((refusal) => refusal === null);
  return { legal, allowed, barredBy: allowed ? null : (refusals[0] ?? null) };
}
