import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { NotFoundKind } from '../../../domain/ticket/refusals';
import { describeEnum } from './enums';
import { options, UserErrorType } from './user-errors';

/** The errors that do not depend on the subject of a request. */

const NotFoundKindEnum = describeEnum<NotFoundKind>('NotFoundKind', 'The type of an object that was not found.', {
  Ticket: 'A ticket.',
  Client: 'A client.',
  ApiKey: 'An API key.',
  Agent: 'An agent.',
  Webhook: 'A webhook.',
  WebhookDelivery: 'A delivery of a webhook.',
});

@ObjectType('InvalidInput', options('The value of an input field is invalid. The error never repeats the value.'))
export class InvalidInputType extends UserErrorType {
  @Field(() => String, { description: 'The path of the field within the input, for example `impacts.0.note`.' })
  field!: string;
  @Field(() => String, { description: 'The values that the field accepts.' })
  expected!: string;
}

@ObjectType(
  'NotFound',
  options('The object does not exist, or the caller may not see it. The API does not distinguish the two.'),
)
export class NotFoundType extends UserErrorType {
  @Field(() => NotFoundKindEnum, { description: 'The type of the object.' })
  kind!: NotFoundKind;
  @Field(() => ID, { description: 'The global id in the input.' })
  id!: string;
}

@ObjectType(
  'VersionConflict',
  options('The ticket has changed since the expected version. Read the ticket again before you repeat the request.'),
)
export class VersionConflictType extends UserErrorType {
  @Field(() => Int, { description: 'The version that the input expected.' })
  expected!: number;
  @Field(() => Int, { description: 'The current version of the ticket.' })
  actual!: number;
}

@ObjectType('IdempotencyKeyReused', options('The idempotency key was already used with another input. Use a new key.'))
export class IdempotencyKeyReusedType extends UserErrorType {
  @Field(() => String, { description: 'The idempotency key in the input.' })
  key!: string;
}
