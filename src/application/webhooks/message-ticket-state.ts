import { viewCommitment } from '../../domain/commitment/view';
import { type EpochMs, toIso } from '../../domain/instant';
import { COMMITMENT_KINDS, type CommitmentKind, type Policy } from '../../domain/policy/policy';
import type { Ticket } from '../../domain/ticket/ticket';
import type { TicketChange } from '../events/ticket-changes';

/** The status of a commitment, as the body of a message has it. */
export interface MessageCommitment {
  readonly kind: CommitmentKind;
  readonly cycle: number;
  readonly status: string;
  readonly dueAt: string | null;
}

/** What an event can change of a ticket, as the body of a message has it. */
export interface MessageTicketState {
  readonly state: string;
  readonly severity: string;
  readonly assignee: string | null;
  readonly isAcknowledged: boolean;
  /** One entry for each commitment that the ticket has. */
  readonly commitments: readonly MessageCommitment[];
}

/** The state as of the event before it; null for a ticket that was just opened. */
export const stateBefore = ({ before, policy }: TicketChange): MessageTicketState | null =>
  before === null ? null : stateOf(before, policy, before.lastEventAt);

export const stateAfter = ({ after, policy, event }: TicketChange): MessageTicketState =>
  stateOf(after, policy, Math.max(event.at, after.lastEventAt));

const STATES = {
  open: 'OPEN',
  workaroundApplied: 'WORKAROUND_APPLIED',
  resolved: 'RESOLVED',
  closed: 'CLOSED',
} as const;

const stateOf = (ticket: Ticket, policy: Policy, at: EpochMs): MessageTicketState => ({
  state: STATES[ticket.state],
  severity: ticket.severity,
  assignee: ticket.assignee,
  isAcknowledged: ticket.acknowledgedAt !== null,
  commitments: COMMITMENT_KINDS.flatMap((kind) => {
    const view = viewCommitment(ticket, policy, kind, at);
    if (view === null) return [];
    const { cycle, status, dueAt } = view;
    return [{ kind, cycle: cycle.number, status, dueAt: dueAt === null ? null : toIso(dueAt) }];
  }),
});
