import { Ctx, Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Refusal } from '../../../domain/ticket/refusals';
import { toGlobalId } from '../base/global-id';
import { options, UserErrorType } from '../base/user-errors';
import type { RequestContext } from '../context';
import { TicketType } from './ticket.type';

type FollowUpNeeded = Extract<Refusal, { code: 'FollowUpNeeded' }>;

@ObjectType(
  'FollowUpNeeded',
  options(
    'The ticket is closed and takes no messages or calls. Open a ticket that follows it up: `submitTicket` with its id in `followUpOf`.',
  ),
)
export class FollowUpNeededType extends UserErrorType {
  @Field(() => TicketType, { nullable: true, description: 'The closed ticket.' })
  ticket!: StoredTicket | null;
}

@Resolver(() => FollowUpNeededType)
export class FollowUpNeededResolver {
  @FieldResolver(() => ID, { description: 'The global id of the closed ticket, for `followUpOf`.' })
  followUpOf(@Root() { ticketId }: FollowUpNeeded): string {
    return toGlobalId('Ticket', ticketId);
  }

  @FieldResolver(() => TicketType, { nullable: true })
  ticket(
    @Root() { ticketId }: FollowUpNeeded,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<StoredTicket | null> {
    return services.reader.ticketById(caller, ticketId);
  }
}
