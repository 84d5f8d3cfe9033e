import { Ctx, Mutation, Resolver } from 'type-graphql';
import type { Changed } from '../../../../application/tickets/change';
import { changeTicket } from '../../../../application/tickets/change-ticket';
import { openTicket } from '../../../../application/tickets/open-ticket';
import type { Command } from '../../../../domain/ticket/commands';
import { distinctTags } from '../../../../domain/value-rules';
import { requireUuid } from '../../base/global-id';
import { type InputProblem, problemsOf } from '../../base/input-rules';
import { ARGUMENT, Input, idempotencyOf, type MutationInput } from '../../base/mutation.input';
import { type InputShape, invalidInputs, type UserErrorValue, userErrorOf } from '../../base/user-errors';
import type { RequestContext } from '../../context';
import { contactsOf } from '../contact.input';
import { impactsOf } from '../impact.input';
import { reclassifyCommand } from './command-from-input';
import { occurrenceOf } from './occurrence.input';
import * as severityInputs from './severity-mutations.input';
import { SubmitTicketInput, takeOverProblem } from './submit-ticket.input';
import type { TicketInput } from './ticket.input';
import * as inputs from './ticket-mutations.input';
import * as payloads from './ticket-mutations.payload';
import { TimedInput } from './timed.input';
import { detailsOf, UpdateTicketInput } from './update-ticket.input';

/**
 * The mutations of tickets. Each answers with the ticket after the change, or with the reasons for
 * a refusal.
 */
@Resolver()
export class TicketMutationResolver {
  @Mutation(() => payloads.SubmitTicketPayload, {
    description: 'Opens a ticket. Its severity follows from the impacts, and its deadlines from the severity.',
  })
  async submitTicket(
    @Input(() => SubmitTicketInput) given: SubmitTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    if (given.tags != null) given.tags = given.tags.map((tag) => tag.trim());
    const problems = problemsOf(given);
    if (problems.length > 0) return invalid(given, problems);
    const stated = occurrenceOf(given, 'reason');
    if ('problem' in stated) return invalid(given, [stated.problem]);
    const unclear = takeOverProblem(given);
    if (unclear !== null) return invalid(given, [unclear]);
    const impacts = impactsOf(given.impacts ?? []);
    const submission = {
      clientId: given.clientId == null ? null : requireUuid('Client', given.clientId, 'input.clientId'),
      subject: given.subject,
      description: given.description ?? null,
      reporter: given.reporter ?? null,
      assignee: given.assignee ?? null,
      channel: given.channel,
      externalId: given.externalId ?? null,
      externalUrl: given.externalUrl ?? null,
      tags: distinctTags(given.tags ?? []),
      contacts: contactsOf(given.contacts ?? []),
      takeOver: given.takeOver ?? [],
      impacts,
      followUpOf: given.followUpOf == null ? null : requireUuid('Ticket', given.followUpOf, 'input.followUpOf'),
    };
    const { services, caller } = context;
    const idempotency = idempotencyOf('submitTicket', given);
    const changed = await openTicket(services, caller, submission, idempotency, stated.occurred);
    const names = { ticketId: 'followUpOf', lateReason: 'reason' };
    return answer(given, changed, { argument: ARGUMENT, impacts, names });
  }

  @Mutation(() => payloads.AcknowledgeTicketPayload, {
    description:
      'Acknowledges a ticket: records that the first action was taken. This fulfils the `RESPONSE` commitment.',
  })
  acknowledgeTicket(
    @Input(() => inputs.AcknowledgeTicketInput) given: inputs.AcknowledgeTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'acknowledgeTicket', given, { type: 'acknowledge' });
  }

  @Mutation(() => payloads.ReclassifyTicketPayload, {
    description:
      'Reclassifies a ticket: replaces its impacts, from which the severity follows, or overrides the severity. A lowering may need the approval of another agent.',
  })
  async reclassifyTicket(
    @Input(() => severityInputs.ReclassifyTicketInput) given: severityInputs.ReclassifyTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    const asked = reclassifyCommand(given);
    if ('problem' in asked) return invalid(given, [asked.problem]);
    return change(context, 'reclassifyTicket', given, asked.command, { impacts: asked.impacts });
  }

  @Mutation(() => payloads.ApproveOverridePayload, {
    description: 'Approves a lowering of the severity that another agent proposed. The lowering takes effect at once.',
  })
  approveOverride(
    @Input(() => severityInputs.ApproveOverrideInput) given: severityInputs.ApproveOverrideInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'approveOverride', given, { type: 'approveOverride', reason: given.reason ?? null });
  }

  @Mutation(() => payloads.RejectOverridePayload, {
    description: 'Rejects the proposed lowering of the severity. The agent who proposed it may also reject it.',
  })
  rejectOverride(
    @Input(() => severityInputs.RejectOverrideInput) given: severityInputs.RejectOverrideInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'rejectOverride', given, { type: 'rejectOverride', reason: given.reason });
  }

  @Mutation(() => payloads.ApplyWorkaroundPayload, {
    description:
      'Applies a workaround: records which impacts remain. The severity and the deadlines follow from the remaining impacts.',
  })
  applyWorkaround(
    @Input(() => severityInputs.ApplyWorkaroundInput) given: severityInputs.ApplyWorkaroundInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    const remaining = impactsOf(given.remaining);
    const command: Command = { type: 'applyWorkaround', description: given.description, remaining };
    return change(context, 'applyWorkaround', given, command, { impacts: remaining, names: { impacts: 'remaining' } });
  }

  @Mutation(() => payloads.WithdrawWorkaroundPayload, {
    description: 'Withdraws the latest workaround and restores the impacts from before it.',
  })
  withdrawWorkaround(
    @Input(() => severityInputs.WithdrawWorkaroundInput) given: severityInputs.WithdrawWorkaroundInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'withdrawWorkaround', given, { type: 'withdrawWorkaround', reason: given.reason ?? null });
  }

  @Mutation(() => payloads.StartWaitingPayload, {
    description: 'Starts waiting for a reason. The policy defines which clocks are paused.',
  })
  startWaiting(
    @Input(() => inputs.StartWaitingInput) given: inputs.StartWaitingInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'startWaiting', given, { type: 'startWaiting', reason: given.reason });
  }

  @Mutation(() => payloads.StopWaitingPayload, {
    description: 'Stops waiting for a reason. The clocks run again when no other reason pauses them.',
  })
  stopWaiting(
    @Input(() => inputs.StopWaitingInput) given: inputs.StopWaitingInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'stopWaiting', given, { type: 'stopWaiting', reason: given.reason });
  }

  @Mutation(() => payloads.CommunicatePayload, {
    description:
      'Records a message to or from the client. An outbound message fulfils the `UPDATE` commitment, unless it is automatic. An inbound message ends waiting for the client.',
  })
  communicate(
    @Input(() => inputs.CommunicateInput) given: inputs.CommunicateInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    const { direction, channel, body, automatic } = given;
    const command: Command = { type: 'communicate', direction, channel, body };
    return change(context, 'communicate', given, automatic === true ? { ...command, automatic } : command);
  }

  @Mutation(() => payloads.RecordCallPayload, {
    description: 'Records that the client phoned. Policies can ask for a call at some severities.',
  })
  recordCall(
    @Input(() => inputs.RecordCallInput) given: inputs.RecordCallInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'recordCall', given, { type: 'recordCall', note: given.note ?? null });
  }

  @Mutation(() => payloads.AddNotePayload, {
    description:
      'Adds an internal note, in any state of the ticket. It touches no clock and fulfils nothing. Callers of the role `CLIENT` do not see it.',
  })
  addNote(
    @Input(() => inputs.AddNoteInput) given: inputs.AddNoteInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'addNote', given, { type: 'addNote', body: given.body });
  }

  @Mutation(() => payloads.UpdateTicketPayload, {
    description:
      'Changes what describes a ticket; on a closed ticket only its tags. It touches no clock. If the ticket has the values already, nothing is recorded.',
  })
  async updateTicket(
    @Input(() => UpdateTicketInput) given: UpdateTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    if (given.tags != null) given.tags = given.tags.map((tag) => tag.trim());
    const asked = detailsOf(given);
    if ('problem' in asked) return invalid(given, [asked.problem]);
    return change(context, 'updateTicket', given, { type: 'updateTicket', details: asked.details });
  }

  @Mutation(() => payloads.AssignTicketPayload, {
    description: 'Assigns a ticket to a person, or removes its assignee.',
  })
  assignTicket(
    @Input(() => inputs.AssignTicketInput) given: inputs.AssignTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'assignTicket', given, { type: 'assign', assignee: given.assignee ?? null });
  }

  @Mutation(() => payloads.ResolveTicketPayload, {
    description: 'Resolves a ticket: records that the cause was removed. This fulfils all commitments of the ticket.',
  })
  resolveTicket(
    @Input(() => inputs.ResolveTicketInput) given: inputs.ResolveTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'resolveTicket', given, { type: 'resolve', resolution: given.resolution ?? null });
  }

  @Mutation(() => payloads.ReopenTicketPayload, {
    description: 'Reopens a resolved ticket in the state that it was resolved from.',
  })
  reopenTicket(
    @Input(() => inputs.ReopenTicketInput) given: inputs.ReopenTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'reopenTicket', given, { type: 'reopen', reason: given.reason ?? null });
  }

  @Mutation(() => payloads.CloseTicketPayload, {
    description: 'Closes a ticket: as confirmed if it is resolved, otherwise as cancelled, which requires a reason.',
  })
  closeTicket(
    @Input(() => inputs.CloseTicketInput) given: inputs.CloseTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'closeTicket', given, { type: 'close', reason: given.reason ?? null });
  }

  @Mutation(() => payloads.WaiveBreachPayload, {
    description: 'Waives a breach. The breach stays recorded, and reports show figures with and without waivers.',
  })
  waiveBreach(
    @Input(() => inputs.WaiveBreachInput) given: inputs.WaiveBreachInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    const { kind, cycle, reason } = given;
    return change(context, 'waiveBreach', given, { type: 'waiveBreach', kind, cycle, reason });
  }

  @Mutation(() => payloads.ApproveWaiverPayload, {
    description:
      'Approves the waiver of a breach that a late entry proposed. The agent whose entry is the evidence cannot approve it.',
  })
  approveWaiver(
    @Input(() => inputs.ApproveWaiverInput) given: inputs.ApproveWaiverInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    const { kind, cycle, reason = null } = given;
    return change(context, 'approveWaiver', given, { type: 'approveWaiver', kind, cycle, reason });
  }

  @Mutation(() => payloads.RejectWaiverPayload, {
    description:
      'Rejects the waiver of a breach that a late entry proposed. The breach counts. Only another agent than the one whose entry is the evidence can do it.',
  })
  rejectWaiver(
    @Input(() => inputs.RejectWaiverInput) given: inputs.RejectWaiverInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    const { kind, cycle, reason } = given;
    return change(context, 'rejectWaiver', given, { type: 'rejectWaiver', kind, cycle, reason });
  }
}

/** The field that only says why something is recorded late; null if the reason has another use. */
const lateReasonFieldOf = (given: TicketInput): 'reason' | 'lateReason' | null => {
  if (given instanceof TimedInput) return 'reason';
  return given instanceof inputs.StartWaitingInput || given instanceof inputs.StopWaitingInput ? 'lateReason' : null;
};

/** Carries out one command for one ticket. */
async function change(
  { services, caller }: RequestContext,
  mutation: string,
  given: TicketInput,
  command: Command,
  shape: Partial<Omit<InputShape, 'argument'>> = {},
): Promise<payloads.TicketPayload> {
  const problems = problemsOf(given);
  if (problems.length > 0) return invalid(given, problems);
  const lateReason = lateReasonFieldOf(given);
  const stated = occurrenceOf(given, lateReason);
  if ('problem' in stated) return invalid(given, [stated.problem]);
  const changed = await changeTicket(services, caller, {
    ticketId: requireUuid('Ticket', given.ticketId, 'input.ticketId'),
    command,
    expectedVersion: given.expectedVersion ?? null,
    idempotency: idempotencyOf(mutation, given),
    occurred: stated.occurred,
  });
  const names = { lateReason: lateReason ?? 'reason', ...shape.names };
  return answer(given, changed, { argument: ARGUMENT, impacts: [], ...shape, names });
}

/** The payload of a change that was carried out or refused. */
function answer(given: MutationInput, changed: Changed, shape: InputShape): payloads.TicketPayload {
  // A change of at most one step has at most one refusal.
  const refusal = changed.refused ?? changed.refusals[0] ?? null;
  return payload(given, changed.ticket, refusal === null ? [] : [userErrorOf(refusal, shape)]);
}

/** The payload for an invalid input. */
const invalid = (given: MutationInput, problems: readonly InputProblem[]): payloads.TicketPayload =>
  payload(given, null, invalidInputs(problems, ARGUMENT));

const payload = (
  { clientMutationId }: MutationInput,
  ticket: payloads.TicketPayload['ticket'],
  userErrors: readonly UserErrorValue[],
): payloads.TicketPayload => ({ ticket, userErrors, clientMutationId: clientMutationId ?? null });
