import { Ctx, Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import type { Deadline } from '../../application/ports';
import type { DurationMs, EpochMs } from '../../domain/instant';
import type { CommitmentKind } from '../../domain/policy';
import type { Severity } from '../../domain/severity';
import type { CommitmentStatus } from '../../domain/view';
import { CommitmentType, type CommitmentView, commitmentOf } from './commitment-types';
import { connectionTypeOf } from './connections';
import { judge, type RequestContext } from './context';
import { CommitmentKindEnum, CommitmentStatusEnum, SeverityEnum } from './enums';
import { toGlobalId } from './global-id';
import { GLOBAL_ID, NodeType } from './node';
import { DateTimeScalar, DurationScalar } from './scalars';
import { TicketType } from './ticket-type';

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
