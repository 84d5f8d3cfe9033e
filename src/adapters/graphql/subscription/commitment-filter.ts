import { Field, InputType } from 'type-graphql';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import { type CycleView, judgedAt, viewCycle } from '../../../domain/commitment/view';
import type { CommitmentKind } from '../../../domain/policy/policy';
import * as compare from '../base/comparators';
import { optional } from '../base/optional';
import { type RequestContext, underPolicy } from '../context';

/** What the filters of what is told of commitments have in common; the class stands for no type of its own. */
@InputType()
export class CommitmentFilterFields {
  @Field(() => compare.IdComparator, { ...optional, description: 'Of which tickets.' })
  ticket?: compare.EqualityInput<string> | null;

  @Field(() => compare.IdComparator, { ...optional, description: 'Of which clients.' })
  client?: compare.EqualityInput<string> | null;

  @Field(() => compare.CommitmentKindComparator, { ...optional, description: 'Of which kinds.' })
  kind?: compare.EqualityInput<CommitmentKind> | null;

  @Field(() => compare.AssigneeComparator, { ...optional, description: 'Who works on the ticket when it is told.' })
  assignee?: compare.EqualityInput<string> | null;
}

/** One cycle of a commitment, as it was told. */
export interface StreamedCycle {
  readonly ticket: StoredTicket;
  readonly kind: CommitmentKind;
  readonly cycle: number;
}

/** Reads of the cycle at the instant of the answer. */
export function ofCycle<T>(
  context: RequestContext,
  { ticket, kind, cycle }: StreamedCycle,
  read: (view: CycleView) => T,
) {
  const told = ticket.cycles.find((one) => one.kind === kind && one.number === cycle);
  if (told === undefined) throw new Error(`Ticket ${ticket.id} has no cycle ${cycle} of ${kind}, but it was told of`);
  return underPolicy(context, ticket, (policy) => read(viewCycle(ticket, policy, told, judgedAt(ticket, context.now))));
}
