import { Field, ID, InputType, Int } from 'type-graphql';
import type { EpochMs } from '../../../../domain/instant';
import { AtLeast } from '../../base/input-rules';
import { MutationInput } from '../../base/mutation.input';
import { optional } from '../../base/optional';
import { OccurredAtField } from './occurrence.input';

/** The fields that the input of every mutation of an existing ticket has. */
@InputType()
export abstract class TicketInput extends MutationInput {
  @Field(() => ID, { description: 'The global id of the ticket.' })
  ticketId!: string;

  @Field(() => Int, {
    ...optional,
    description:
      'The version of the ticket that the change is based on. If the ticket has another version, the change is refused. Null accepts any version.',
  })
  @AtLeast(1)
  expectedVersion?: number | null;

  @OccurredAtField()
  occurredAt?: EpochMs | null;
}
