import { Field, ObjectType } from 'type-graphql';
import { options, UserErrorType } from '../base/user-errors';

@ObjectType(
  'EncryptionKeyMissing',
  options('The service has no key with which it could encrypt or decrypt the secrets of a webhook.'),
)
export class EncryptionKeyMissingType extends UserErrorType {
  @Field(() => String, { description: 'What an operator has to set.' })
  detail!: string;
}

@ObjectType(
  'TooManyWebhooks',
  options('The service has as many webhooks as it can have. Delete one that is not needed any more.'),
)
export class TooManyWebhooksType extends UserErrorType {}
