import { Arg, type ClassType, Ctx, Mutation, Resolver } from 'type-graphql';
import { createClient } from '../../../application/clients/create-client';
import { changeTicket } from '../../../application/tickets/change-ticket';
import { openTicket } from '../../../application/tickets/open-ticket';
import type { Command } from '../../../domain/ticket/commands';
import { requireUuid } from '../base/global-id';
import { idempotencyOf } from '../base/idempotency-input';
import { leaveToMutation, problemsOf } from '../base/input-rules';
import { ARGUMENT, answer, invalid } from '../base/mutation-answers';
import { type InputShape, invalidInputs, userErrorOf } from '../base/user-errors';
import type { RequestContext } from '../context';
import { impactsOf, reclassification } from './command-from-input';
import * as inputs from './ticket-mutations.input';
import * as payloads from './ticket-mutations.payload';

const input = (type: () => ClassType) =>
  Arg('input', type, { description: 'What is asked.', validateFn: leaveToMutation });

/** Every change of a ticket's life. Each answers with the ticket after it, or with the reasons why it was not made. */
@Resolver()
export class MutationResolver {
  @Mutation(() => payloads.SubmitTicketPayload, {
    description: 'Opens a ticket; its severity follows from the impacts.',
  })
  async submitTicket(
    @input(() => inputs.SubmitTicketInput) given: inputs.SubmitTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    if (given.tags != null) given.tags = given.tags.map((tag) => tag.trim());
    const problems = problemsOf(given);
    if (problems.length > 0) return invalid(given, problems);
    const impacts = impactsOf(given.impacts);
    const submission = {
      clientId: given.clientId == null ? null : requireUuid('Client', given.clientId, 'input.clientId'),
      subject: given.subject,
      description: given.description ?? null,
      reporter: given.reporter ?? null,
      assignee: given.assignee ?? null,
      channel: given.channel,
      externalId: given.externalId ?? null,
      externalUrl: given.externalUrl ?? null,
      tags: [...new Set(given.tags)],
      impacts,
      followUpOf: given.followUpOf == null ? null : requireUuid('Ticket', given.followUpOf, 'input.followUpOf'),
    };
    const { services, caller } = context;
    const changed = await openTicket(services, caller, submission, idempotencyOf('submitTicket', given));
    return answer(given, changed, { argument: ARGUMENT, impacts, names: { ticketId: 'followUpOf' } });
  }

  @Mutation(() => payloads.AcknowledgeTicketPayload, { description: 'Takes the first action; fulfils the response.' })
  acknowledgeTicket(
    @input(() => inputs.AcknowledgeTicketInput) given: inputs.AcknowledgeTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'acknowledgeTicket', given, { type: 'acknowledge' });
  }

  @Mutation(() => payloads.ReclassifyTicketPayload, {
    description: 'States the impacts anew, from which severity follows; or sets a severity against the classifier.',
  })
  async reclassifyTicket(
    @input(() => inputs.ReclassifyTicketInput) given: inputs.ReclassifyTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    const asked = reclassification(given);
    if ('problem' in asked) return invalid(given, [asked.problem]);
    return change(context, 'reclassifyTicket', given, asked.command, { impacts: asked.impacts });
  }

  @Mutation(() => payloads.ApproveOverridePayload, {
    description: 'Approves the lowering of the severity that another agent proposed: it holds from now on.',
  })
  approveOverride(
    @input(() => inputs.ApproveOverrideInput) given: inputs.ApproveOverrideInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'approveOverride', given, { type: 'approveOverride', reason: given.reason ?? null });
  }

  @Mutation(() => payloads.RejectOverridePayload, {
    description: 'Rejects the lowering of the severity that is proposed, also one of your own.',
  })
  rejectOverride(
    @input(() => inputs.RejectOverrideInput) given: inputs.RejectOverrideInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'rejectOverride', given, { type: 'rejectOverride', reason: given.reason });
  }

  @Mutation(() => payloads.ApplyWorkaroundPayload, {
    description: 'Says what is still broken after a workaround; severity and deadlines follow.',
  })
  applyWorkaround(
    @input(() => inputs.ApplyWorkaroundInput) given: inputs.ApplyWorkaroundInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    const remaining = impactsOf(given.remaining);
    const command: Command = { type: 'applyWorkaround', description: given.description, remaining };
    return change(context, 'applyWorkaround', given, command, { impacts: remaining, names: { impacts: 'remaining' } });
  }

  @Mutation(() => payloads.WithdrawWorkaroundPayload, {
    description: 'Takes back the latest workaround: the impacts of before it are restored.',
  })
  withdrawWorkaround(
    @input(() => inputs.WithdrawWorkaroundInput) given: inputs.WithdrawWorkaroundInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'withdrawWorkaround', given, { type: 'withdrawWorkaround', reason: given.reason ?? null });
  }

  @Mutation(() => payloads.StartWaitingPayload, {
    description: 'Begins to wait; the policy says which clocks stand still.',
  })
  startWaiting(
    @input(() => inputs.StartWaitingInput) given: inputs.StartWaitingInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'startWaiting', given, { type: 'startWaiting', reason: given.reason });
  }

  @Mutation(() => payloads.StopWaitingPayload, { description: 'Ends waiting for a reason.' })
  stopWaiting(
    @input(() => inputs.StopWaitingInput) given: inputs.StopWaitingInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'stopWaiting', given, { type: 'stopWaiting', reason: given.reason });
  }

  @Mutation(() => payloads.CommunicatePayload, {
    description: 'Records a message. Outbound fulfils the update that is due; inbound ends waiting for the client.',
  })
  communicate(
    @input(() => inputs.CommunicateInput) given: inputs.CommunicateInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    const { direction, channel, body } = given;
    return change(context, 'communicate', given, { type: 'communicate', direction, channel, body });
  }

  @Mutation(() => payloads.RecordCallPayload, {
    description: 'Records that the client phoned, as some severities ask.',
  })
  recordCall(
    @input(() => inputs.RecordCallInput) given: inputs.RecordCallInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'recordCall', given, { type: 'recordCall', note: given.note ?? null });
  }

  @Mutation(() => payloads.AssignTicketPayload, { description: 'Gives the ticket to somebody, or to nobody.' })
  assignTicket(
    @input(() => inputs.AssignTicketInput) given: inputs.AssignTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'assignTicket', given, { type: 'assign', assignee: given.assignee ?? null });
  }

  @Mutation(() => payloads.ResolveTicketPayload, {
    description: 'Says that the cause is removed; fulfils every commitment.',
  })
  resolveTicket(
    @input(() => inputs.ResolveTicketInput) given: inputs.ResolveTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'resolveTicket', given, { type: 'resolve', resolution: given.resolution ?? null });
  }

  @Mutation(() => payloads.ReopenTicketPayload, {
    description: 'Goes back to the state that the ticket was resolved from.',
  })
  reopenTicket(
    @input(() => inputs.ReopenTicketInput) given: inputs.ReopenTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'reopenTicket', given, { type: 'reopen', reason: given.reason ?? null });
  }

  @Mutation(() => payloads.CloseTicketPayload, {
    description: 'Ends the ticket: a resolved one as confirmed, any other as cancelled, with a reason.',
  })
  closeTicket(
    @input(() => inputs.CloseTicketInput) given: inputs.CloseTicketInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    return change(context, 'closeTicket', given, { type: 'close', reason: given.reason ?? null });
  }

  @Mutation(() => payloads.WaiveBreachPayload, {
    description: 'Says that a breach is not to be held against those who promised. It stays a breach.',
  })
  waiveBreach(
    @input(() => inputs.WaiveBreachInput) given: inputs.WaiveBreachInput,
    @Ctx() context: RequestContext,
  ): Promise<payloads.TicketPayload> {
    const { kind, cycle, reason } = given;
    return change(context, 'waiveBreach', given, { type: 'waiveBreach', kind, cycle, reason });
  }

  @Mutation(() => payloads.CreateClientPayload, { description: 'Opens a client account.' })
  async createClient(
    @input(() => inputs.CreateClientInput) given: inputs.CreateClientInput,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<payloads.CreateClientPayload> {
    const clientMutationId = given.clientMutationId ?? null;
    const problems = problemsOf(given);
    if (problems.length > 0) return { client: null, userErrors: invalidInputs(problems, ARGUMENT), clientMutationId };
    const name = given.name.trim();
    const { client, refusal } = await createClient(services, caller, name, idempotencyOf('createClient', given));
    const shape = { argument: ARGUMENT, impacts: [] };
    return { client, userErrors: refusal === null ? [] : [userErrorOf(refusal, shape)], clientMutationId };
  }
}

/** One command for one ticket, from its input to its payload. */
async function change(
  { services, caller }: RequestContext,
  mutation: string,
  given: inputs.TicketInput,
  command: Command,
  shape: Partial<Omit<InputShape, 'argument'>> = {},
): Promise<payloads.TicketPayload> {
  const problems = problemsOf(given);
  if (problems.length > 0) return invalid(given, problems);
  const changed = await changeTicket(services, caller, {
    ticketId: requireUuid('Ticket', given.ticketId, 'input.ticketId'),
    command,
    expectedVersion: given.expectedVersion ?? null,
    idempotency: idempotencyOf(mutation, given),
  });
  return answer(given, changed, { argument: ARGUMENT, impacts: [], ...shape });
}
