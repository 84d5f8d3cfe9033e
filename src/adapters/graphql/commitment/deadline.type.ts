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
import { CommitmentType, type CommitmentView, commitmentOf } from './commitment.type';

@ObjectType('Deadline', {
  implements: NodeType,
  description: 'A commitment that runs towards an instant, or is overdue.',
  simpleResolvers: true,
})
export class DeadlineType extends NodeType implements Omit<Deadline, 'ticket'> {
  @Field(() => TicketType, { description: 'The ticket it is promised on.' })
  ticket!: object;

  @Field(() => CommitmentKindEnum, { description: 'What is promised.' })
  kind!: CommitmentKind;

  @Field(() => DateTimeScalar, { description: 'When it is due, UTC; in the past where it is overdue.' })
  dueAt!: EpochMs;
}

const judged = <T>(context: RequestContext, { ticket, kind }: Deadline, read: (view: CommitmentView) => T) =>
  judge(context, ticket, (_, policy, at) => read(commitmentOf(ticket, policy, kind, at)));

@Resolver(() => DeadlineType)
export class DeadlineResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() { ticket, kind }: Deadline): string {
    return toGlobalId('Deadline', `${ticket.id}/${kind}`);
  }

  @FieldResolver(() => CommitmentType, { nullable: true, description: 'All that is known of the commitment.' })
  commitment(@Root() deadline: Deadline, @Ctx() context: RequestContext) {
    return judged(context, deadline, (view) => view);
  }

  @FieldResolver(() => CommitmentStatusEnum, { nullable: true, description: 'How it stands.' })
  status(@Root() deadline: Deadline, @Ctx() context: RequestContext) {
    return judged(context, deadline, ({ latest }): CommitmentStatus | null => latest?.status ?? null);
  }

  @FieldResolver(() => SeverityEnum, { nullable: true, description: 'The severity that gave it.' })
  severity(@Root() deadline: Deadline, @Ctx() context: RequestContext) {
    return judged(context, deadline, ({ latest }): Severity | null => latest?.cycle.severity ?? null);
  }

  @FieldResolver(() => DurationScalar, { nullable: true, description: 'Business time left; negative when overdue.' })
  remaining(@Root() deadline: Deadline, @Ctx() context: RequestContext) {
    return judged(context, deadline, ({ latest }): DurationMs | null => latest?.remainingMs ?? null);
  }
}

export const DeadlineConnection = connectionTypeOf('Deadline', () => DeadlineType, 'deadlines');
