import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Impact } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { Severity } from '../../../domain/severity';
import type { SeverityChange } from '../../../domain/ticket/ticket';
import { SeverityEnum } from '../base/enums';
import { DateTimeScalar } from '../base/scalars';
import { UserErrorType, type UserErrorValue } from '../base/user-errors';
import { COMMITMENT_OF, CommitmentType, type CommitmentView, NEXT_DUE } from '../commitment/commitment.type';
import { judge, type RequestContext } from '../context';
import { derivedTicketFields } from '../ticket/derived-ticket-fields';
import { ImpactType } from '../ticket/impact.type';
import { SeverityChangeType } from '../ticket/ticket-parts.type';

@ObjectType('TicketOutlook', {
  description: 'A simulated state of a ticket. It has no id, so that caches of clients do not store it as the ticket.',
  simpleResolvers: true,
})
export class OutlookType {
  @Field(() => SeverityEnum, { description: 'The severity that the ticket would have.' })
  severity!: Severity;

  @Field(() => [ImpactType], { description: 'The impacts that the ticket would have.' })
  impacts!: readonly Impact[];

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, of the first response. Null when there would be no response yet.',
  })
  respondedAt!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, when the ticket would be resolved. Null when it would not be resolved.',
  })
  resolvedAt!: EpochMs | null;
}

@Resolver(() => OutlookType)
export class OutlookResolver extends derivedTicketFields(OutlookType) {
  @FieldResolver(() => CommitmentType, {
    nullable: true,
    description:
      'The commitment that would be due next, or, if any are overdue, the one that has been overdue longest. Null when no commitment would have a due time.',
  })
  nextDeadline(
    @Root() ticket: StoredTicket,
    @Ctx() context: RequestContext,
  ): CommitmentView | null | Promise<CommitmentView | null> {
    return judge(context, ticket, (judged) => {
      const next = judged.once(NEXT_DUE);
      return next === null ? null : judged.once(COMMITMENT_OF[next.cycle.kind]);
    });
  }
}

@ObjectType('Simulation', {
  description: 'The result of a simulated change. Nothing was stored.',
  simpleResolvers: true,
})
export class SimulationType {
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, of the simulated change. Null when the input was invalid.',
  })
  at!: EpochMs | null;

  @Field(() => [UserErrorType], {
    description: 'The reasons why the change would be refused. Empty when it would succeed.',
  })
  userErrors!: readonly UserErrorValue[];

  @Field(() => OutlookType, {
    nullable: true,
    description:
      'The ticket at that time without the change. Null when the ticket does not exist, if the caller may not see it, or if the input was invalid.',
  })
  before!: StoredTicket | null;

  @Field(() => OutlookType, {
    nullable: true,
    description:
      'The ticket at that time with the change. The same as `before` if the change would be refused; null whenever `before` is null.',
  })
  after!: StoredTicket | null;

  @Field(() => SeverityChangeType, {
    nullable: true,
    description: 'The change of severity. Null when the severity would stay the same.',
  })
  severityChange!: SeverityChange | null;
}
