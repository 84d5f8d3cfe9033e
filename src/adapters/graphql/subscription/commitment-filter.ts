import { Field, InputType } from 'type-graphql';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import { type CycleView, judgedAt, viewCycle } from '../../../domain/commitment/view';
import type { CommitmentKind } from '../../../domain/policy/policy';
import * as compare from '../base/comparators';
import { optional } from '../base/optional';
import { type RequestContext, underPolicy } from '../context';
import { StreamFilterFields } from './stream-filter';

/** The fields that both filters on commitments share. The class is not a GraphQL type itself. */
@InputType()
export class CommitmentFilterFields extends StreamFilterFields {
  @Field(() => compare.CommitmentKindComparator, { ...optional, description: 'Matches the kind of the commitment.' })
  kind?: compare.EqualityInput<CommitmentKind> | null;

  @Field(() => compare.AssigneeComparator, {
    ...optional,
    description: 'Matches the assignee of the ticket at the time of delivery.',
  })
  assignee?: compare.EqualityInput<string> | null;
}

/** The cycle of a commitment that a payload is about. */
export interface StreamedCycle {
  readonly ticket: StoredTicket;
  readonly kind: CommitmentKind;
  readonly cycle: number;
}

/** Reads a value from the view of the cycle at the time of the answer. */
export function readCycle<T>(
  context: RequestContext,
  { ticket, kind, cycle }: StreamedCycle,
  read: (view: CycleView) => T,
) {
  const cycleOfTicket = ticket.cycles.find((one) => one.kind === kind && one.number === cycle);
  if (cycleOfTicket === undefined) throw new Error(`Ticket ${ticket.id} has no cycle ${cycle} of ${kind}`);
  return underPolicy(context, ticket, (policy) =>
    read(viewCycle(ticket, policy, cycleOfTicket, judgedAt(ticket, context.now))),
  );
}
