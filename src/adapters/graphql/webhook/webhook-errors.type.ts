import { Field, Int, ObjectType } from 'type-graphql';
import { options, UserErrorType } from '../base/user-errors';
import { WebhookLimitScopeEnum } from './webhook-enums';

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
  options(
    'The service, or the clients of the caller, have as many webhooks as they can have. Delete one that is not needed any more.',
  ),
)
export class TooManyWebhooksType extends UserErrorType {
  @Field(() => WebhookLimitScopeEnum, { description: 'Which webhooks the limit counts.' })
  scope!: 'SERVICE' | 'CLIENTS';
  @Field(() => Int, { description: 'The number of webhooks that there can be.' })
  limit!: number;
}
