import { setup } from 'xstate';
import type { Actor } from '../actor';
import type { EpochMs } from '../instant';
import type { Policy } from '../policy/policy';
import type { Command } from './commands';
import { guards } from './guards';
import type { Ticket } from './ticket';

/** What the machine looks at: the ticket as it stands, its policy, the command's instant, and who gives the command. */
export interface Deciding {
  readonly ticket: Ticket;
  readonly policy: Policy;
  readonly at: EpochMs;
  readonly actor: Actor;
}

// The machine only names what a transition does; `effects.ts` carries the names out, in their order, on the decision.
const carriedOutLater = () => undefined;
const actions = {
  respond: carriedOutLater,
  fulfilUpdate: carriedOutLater,
  fulfilAll: carriedOutLater,
  cancelAll: carriedOutLater,
  record: carriedOutLater,
  propose: carriedOutLater,
  changeSeverity: carriedOutLater,
  startUpdate: carriedOutLater,
  startAfresh: carriedOutLater,
  endWaitingForClient: carriedOutLater,
  endThisWaiting: carriedOutLater,
  endWaiting: carriedOutLater,
};
export type Action = keyof typeof actions;

/**
 * The lifecycle of a ticket. Waiting is orthogonal to `open` and `workaroundApplied`: a set of reasons in the ticket.
 * The transition table, the diagram and `allowedActions` are all read from this literal.
 */
export const ticketMachine = setup({
  types: { context: {} as Deciding, events: {} as Command },
  guards,
  actions,
}).createMachine({
  id: 'ticket',
  initial: 'open',
  context: ({ input }) => input as unknown as Deciding,
  states: {
    open: {
      on: {
        acknowledge: { guard: 'notYetAcknowledged', actions: ['respond', 'record'] },
        reclassify: [
          { guard: 'needsApproval', actions: ['propose'] },
          { guard: 'reclassificationIsSound', actions: ['record', 'changeSeverity'] },
        ],
        approveOverride: { guard: 'isProposedByAnother', actions: ['record', 'changeSeverity'] },
        rejectOverride: { guard: 'isProposed', actions: ['record'] },
        applyWorkaround: {
          guard: 'residualIsLower',
          target: 'workaroundApplied',
          actions: ['respond', 'record', 'changeSeverity'],
        },
        startWaiting: { guard: 'notYetWaiting', actions: ['respond', 'record'] },
        stopWaiting: { guard: 'isWaiting', actions: ['record', 'endThisWaiting'] },
        communicate: [
          { guard: 'isOutbound', actions: ['respond', 'fulfilUpdate', 'record', 'startUpdate'] },
          { actions: ['record', 'endWaitingForClient'] },
        ],
        recordCall: { actions: ['record'] },
        resolve: { target: 'resolved', actions: ['respond', 'fulfilAll', 'record', 'endWaiting'] },
        close: { guard: 'reasonIsGiven', target: 'closed', actions: ['cancelAll', 'record', 'endWaiting'] },
        assign: { actions: ['record'] },
        waiveBreach: { guard: 'isBreachToWaive', actions: ['record'] },
      },
    },
    workaroundApplied: {
      on: {
        acknowledge: { guard: 'notYetAcknowledged', actions: ['respond', 'record'] },
        reclassify: [
          { guard: 'needsApproval', actions: ['propose'] },
          { guard: 'reclassificationIsSound', actions: ['record', 'changeSeverity'] },
        ],
        approveOverride: { guard: 'isProposedByAnother', actions: ['record', 'changeSeverity'] },
        rejectOverride: { guard: 'isProposed', actions: ['record'] },
        applyWorkaround: { guard: 'residualIsLower', actions: ['respond', 'record', 'changeSeverity'] },
        withdrawWorkaround: [
          { guard: 'isFirstAndNotReclassifiedSince', target: 'open', actions: ['record', 'changeSeverity'] },
          { guard: 'notReclassifiedSince', actions: ['record', 'changeSeverity'] },
        ],
        startWaiting: { guard: 'notYetWaiting', actions: ['respond', 'record'] },
        stopWaiting: { guard: 'isWaiting', actions: ['record', 'endThisWaiting'] },
        communicate: [
          { guard: 'isOutbound', actions: ['respond', 'fulfilUpdate', 'record', 'startUpdate'] },
          { actions: ['record', 'endWaitingForClient'] },
        ],
        recordCall: { actions: ['record'] },
        resolve: { target: 'resolved', actions: ['respond', 'fulfilAll', 'record', 'endWaiting'] },
        close: { guard: 'reasonIsGiven', target: 'closed', actions: ['cancelAll', 'record', 'endWaiting'] },
        assign: { actions: ['record'] },
        waiveBreach: { guard: 'isBreachToWaive', actions: ['record'] },
      },
    },
    resolved: {
      on: {
        communicate: { actions: ['record'] },
        recordCall: { actions: ['record'] },
        reopen: [
          { guard: 'hadWorkaround', target: 'workaroundApplied', actions: ['record', 'startAfresh'] },
          { target: 'open', actions: ['record', 'startAfresh'] },
        ],
        close: { target: 'closed', actions: ['record'] },
        assign: { actions: ['record'] },
        waiveBreach: { guard: 'isBreachToWaive', actions: ['record'] },
      },
    },
    // Final, and its record may still be judged: a breach can be waived, nothing can be reopened.
    closed: { type: 'final', on: { waiveBreach: { guard: 'isBreachToWaive', actions: ['record'] } } },
  },
});
