import { COMMAND_TYPES, type Command, type CommandType } from './commands';
import type { DecisionContext } from './decision-context';
import { type Guard, type GuardName, guards } from './guards';
import type { Refusal } from './refusals';
import { TICKET_STATES, type TicketState } from './ticket';
import { STATES } from './ticket-machine';

/** One transition of the lifecycle machine. */
export interface Transition {
  readonly command: CommandType;
  readonly from: TicketState;
  /** Equals `from` if the command does not change the state. */
  readonly to: TicketState;
  /** The name of the condition; null if the transition is always taken. */
  readonly guard: GuardName | null;
  /** The names of what the transition does, in order. */
  readonly actions: readonly string[];
}

/**
 * The transitions of each command out of each state, in the order of their guards; none if the
 * command is illegal in that state.
 */
const TABLE: ReadonlyMap<string, readonly Transition[]> = new Map(
  TICKET_STATES.flatMap((from) =>
    COMMAND_TYPES.map((command) => [
      `${from}/${command}`,
      [STATES[from].on[command] ?? []]
        .flat()
        .map(({ guard = null, target: to = from, actions }) => ({ command, from, to, guard, actions })),
    ]),
  ),
);

/** Every transition of the machine, by state, then by command. */
export const TRANSITIONS: readonly Transition[] = [...TABLE.values()].flat();

/** Why the lifecycle refuses a command. Throws for a command that it accepts. */
export function refusalOf(context: DecisionContext, command: Command): Refusal {
  const reason = barrierTo(context, command.type, command);
  if (reason === null) throw new Error(`The lifecycle accepts ${command.type} in state ${context.ticket.state}`);
  return reason === 'ILLEGAL' ? illegal(context, command.type, allowedCommands(context)) : reason;
}

/** A command, and whether the ticket accepts it; `refusal` is null if it is allowed. */
export interface AllowedAction {
  readonly command: CommandType;
  readonly allowed: boolean;
  readonly refusal: Refusal | null;
}

/**
 * Every command, and whether the ticket accepts it as far as that is known without the command's
 * input.
 */
export function allowedActions(context: DecisionContext): readonly AllowedAction[] {
  const allowed = allowedCommands(context);
  return COMMAND_TYPES.map((command) => {
    const reason = barrierTo(context, command, null);
    const refusal = reason === 'ILLEGAL' ? illegal(context, command, allowed) : reason;
    return { command, allowed: refusal === null, refusal };
  });
}

const allowedCommands = (context: DecisionContext): readonly CommandType[] =>
  COMMAND_TYPES.filter((command) => barrierTo(context, command, null) === null);

/**
 * Why no transition of a command can be taken: the first refusal of its guards. Null if one can.
 */
function barrierTo(context: DecisionContext, type: CommandType, command: Command | null): Refusal | 'ILLEGAL' | null {
  let reason: Refusal | 'ILLEGAL' = 'ILLEGAL';
  for (const { guard } of TABLE.get(`${context.ticket.state}/${type}`) ?? []) {
    const verdict = guard === null ? null : (guards[guard] as Guard)(context, command);
    if (verdict === null) return null;
    if (verdict !== 'NEXT' && reason === 'ILLEGAL') reason = verdict;
  }
  return reason;
}

/** Communications in either direction. A closed ticket takes none. */
const MESSAGES: readonly CommandType[] = ['communicate', 'recordCall'];

const illegal = ({ ticket }: DecisionContext, command: CommandType, allowed: readonly CommandType[]): Refusal =>
  ticket.state === 'closed' && MESSAGES.includes(command)
    ? { code: 'FollowUpNeeded', ticketId: ticket.id }
    : { code: 'IllegalTransition', state: ticket.state, command, allowed };
