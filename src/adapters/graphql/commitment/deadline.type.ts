import { Ctx, Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import type { Deadline } from '../../../application/ports/ticket-reader';
import type { CommitmentStatus } from '../../../domain/commitment/view';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import { connectionTypeOf } from '../base/connections';
import { CommitmentKindEnum, CommitmentStatusEnum, SeverityEnum } from '../base/enums';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import { judge, type RequestContext } from '../context';
import { TicketType } from '../ticket/ticket.type';
import { COMMITMENT_OF, CommitmentType, type CommitmentView } from './commitment.type';

@ObjectType('Deadline', {
  implements: NodeType,
  description: 'A running commitment with a due time, which may already be overdue.',
  simpleResolvers: true,
})
export class DeadlineType extends NodeType implements Omit<Deadline, 'ticket'> {
  @Field(() => TicketType, { description: 'The ticket that the commitment belongs to.' })
  ticket!: object;

  @Field(() => CommitmentKindEnum, { description: 'The kind of the commitment.' })
  kind!: CommitmentKind;

  @Field(() => DateTimeScalar, {
    description: 'The due time, in UTC. It is in the past when the commitment is overdue.',
  })
  dueAt!: EpochMs;
}

const judged = <T>(context: RequestContext, { ticket, kind }: Deadline, read: (view: CommitmentView) => T) =>
  judge(context, ticket, (judged) => {
    const view = judged.once(COMMITMENT_OF[kind]);
    return view === null ? null : read(view);
  });

@Resolver(() => DeadlineType)
export class DeadlineResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() { ticket, kind }: Deadline): string {
    return toGlobalId('Deadline', `${ticket.id}/${kind}`);
  }

  @FieldResolver(() => CommitmentType, {
    nullable: true,
    description: 'The commitment itself. Null only together with a `BEYOND_CALENDAR` error.',
  })
  commitment(@Root() deadline: Deadline, @Ctx() context: RequestContext) {
    return judged(context, deadline, (view) => view);
  }

  @FieldResolver(() => CommitmentStatusEnum, {
    nullable: true,
    description:
      'The status of the commitment, evaluated at the time of the request. Null only together with a `BEYOND_CALENDAR` error.',
  })
  status(@Root() deadline: Deadline, @Ctx() context: RequestContext) {
    return judged(context, deadline, ({ latest }): CommitmentStatus | null => latest?.status ?? null);
  }

  @FieldResolver(() => SeverityEnum, {
    nullable: true,
    description:
      'The severity whose target applies to the commitment. Null only together with a `BEYOND_CALENDAR` error.',
  })
  severity(@Root() deadline: Deadline, @Ctx() context: RequestContext) {
    return judged(context, deadline, ({ latest }): Severity | null => latest?.cycle.severity ?? null);
  }

  @FieldResolver(() => DurationScalar, {
    nullable: true,
    description:
      'The business time left until the commitment is due. Negative when it is overdue. Null only together with a `BEYOND_CALENDAR` error.',
  })
  remaining(@Root() deadline: Deadline, @Ctx() context: RequestContext) {
    return judged(context, deadline, ({ latest }): DurationMs | null => latest?.remainingMs ?? null);
  }
}

export const DeadlineConnection = connectionTypeOf('Deadline', () => DeadlineType, 'deadlines');
