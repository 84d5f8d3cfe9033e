import { setup } from 'xstate';
import type { Command, CommandType } from './commands';
import type { DecisionContext } from './decision-context';
import { type Guard, type GuardName, guards } from './guards';
import type { TicketState } from './ticket';

/** What a transition can do. `effects.ts` implements each action. */
const ACTIONS = [
  'respond',
  'fulfilUpdate',
  'fulfilAll',
  'cancelAll',
  'record',
  'propose',
  'changeSeverity',
  'startUpdate',
  'startAfresh',
  'endWaitingForClient',
  'endThisWaiting',
  'endWaiting',
] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * One transition of a command. Without a guard it is always taken; without a target the state
 * stays.
 */
interface TransitionConfig {
  readonly guard?: GuardName;
  readonly target?: TicketState;
  readonly actions: readonly Action[];
}

/** If a command has several transitions, the first whose guard holds is taken. */
type CommandTransitions = Readonly<Partial<Record<CommandType, TransitionConfig | readonly TransitionConfig[]>>>;

interface StateConfig {
  readonly type?: 'final';
  readonly on: CommandTransitions;
}

/** What can be decided about breaches in every state. */
const ON_BREACHES = {
  waiveBreach: { guard: 'isBreachToWaive', actions: ['record'] },
  approveWaiver: { guard: 'isWaiverProposedByAnother', actions: ['record'] },
  rejectWaiver: { guard: 'isWaiverProposedByAnother', actions: ['record'] },
} as const satisfies CommandTransitions;

/** The transitions that `open` and `workaroundApplied` share. */
const WHILE_WORKED_ON = {
  acknowledge: { guard: 'notYetAcknowledged', actions: ['respond', 'record'] },
  reclassify: [
    { guard: 'needsApproval', actions: ['propose'] },
    { guard: 'reclassificationIsSound', actions: ['record', 'changeSeverity'] },
  ],
  approveOverride: { guard: 'isProposedByAnother', actions: ['record', 'changeSeverity'] },
  rejectOverride: { guard: 'isProposed', actions: ['record'] },
  startWaiting: { guard: 'notYetWaiting', actions: ['record'] },
  stopWaiting: { guard: 'isWaiting', actions: ['record', 'endThisWaiting'] },
  communicate: [
    { guard: 'isAnswer', actions: ['respond', 'fulfilUpdate', 'record', 'startUpdate'] },
    { guard: 'isAutomaticNotice', actions: ['record'] },
    { guard: 'automaticIsOutbound', actions: ['record', 'endWaitingForClient'] },
  ],
  recordCall: { actions: ['record', 'endWaitingForClient'] },
  addNote: { actions: ['record'] },
  updateTicket: { actions: ['record'] },
  resolve: { target: 'resolved', actions: ['respond', 'fulfilAll', 'record', 'endWaiting'] },
  close: { guard: 'reasonIsGiven', target: 'closed', actions: ['cancelAll', 'record', 'endWaiting'] },
  assign: { actions: ['record'] },
  ...ON_BREACHES,
} as const satisfies CommandTransitions;

/** The state of a new ticket. */
export const FIRST_STATE = 'open' satisfies TicketState;

/**
 * The lifecycle of a ticket. A ticket that is `open` or `workaroundApplied` can also wait, for a
 * set of reasons that the ticket holds. The machine, the transition table, the diagram and
 * `allowedActions` all read this literal.
 */
export const STATES: Readonly<Record<TicketState, StateConfig>> = {
  open: {
    on: {
      ...WHILE_WORKED_ON,
      applyWorkaround: {
        guard: 'residualIsLower',
        target: 'workaroundApplied',
        actions: ['respond', 'record', 'changeSeverity'],
      },
    },
  },
  workaroundApplied: {
    on: {
      ...WHILE_WORKED_ON,
      applyWorkaround: { guard: 'residualIsLower', actions: ['respond', 'record', 'changeSeverity'] },
      withdrawWorkaround: [
        { guard: 'isFirstAndNotReclassifiedSince', target: 'open', actions: ['record', 'changeSeverity'] },
        { guard: 'notReclassifiedSince', actions: ['record', 'changeSeverity'] },
      ],
    },
  },
  resolved: {
    on: {
      communicate: { guard: 'automaticIsOutbound', actions: ['record'] },
      recordCall: { actions: ['record'] },
      addNote: { actions: ['record'] },
      updateTicket: { actions: ['record'] },
      reopen: [
        { guard: 'hadWorkaround', target: 'workaroundApplied', actions: ['record', 'startAfresh'] },
        { target: 'open', actions: ['record', 'startAfresh'] },
      ],
      close: { target: 'closed', actions: ['record'] },
      assign: { actions: ['record'] },
      ...ON_BREACHES,
    },
  },
  // A closed ticket cannot be reopened, and what it says stays. Work on it that concerns only the
  // support organisation is still possible.
  closed: {
    type: 'final',
    on: {
      addNote: { actions: ['record'] },
      updateTicket: { guard: 'changesTagsOnly', actions: ['record'] },
      ...ON_BREACHES,
    },
  },
};

type MachineGuard = (args: { readonly context: DecisionContext; readonly event: Command }) => boolean;

/** The guards in the form that XState calls. */
const machineGuards = Object.fromEntries(
  Object.entries<Guard>(guards).map(([name, guard]): [string, MachineGuard] => [
    name,
    ({ context, event }) => guard(context, event) === null,
  ]),
) as Record<GuardName, MachineGuard>;

// XState only names the actions of a transition. `effects.ts` carries them out, in their order.
const machineActions = Object.fromEntries(ACTIONS.map((action) => [action, () => undefined])) as Record<
  Action,
  () => void
>;

export const ticketMachine = setup({
  types: { context: {} as DecisionContext, events: {} as Command, input: {} as DecisionContext },
  guards: machineGuards,
  actions: machineActions,
}).createMachine({
  id: 'ticket',
  initial: FIRST_STATE,
  // `transition()` also calls this, with an undefined input. Reading a field of it would throw.
  context: ({ input }) => input,
  states: STATES,
});
