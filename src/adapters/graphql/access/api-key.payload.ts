import { Field, ObjectType } from 'type-graphql';
import type { ApiKey } from '../../../application/ports/api-keys';
import { answers, Payload } from '../base/mutation.payload';
import { ApiKeyType } from './api-key.type';

@ObjectType('CreateApiKeyPayload', answers('createApiKey'))
export class CreateApiKeyPayload extends Payload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The created key. Null when the request was refused.' })
  apiKey!: ApiKey | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The key itself, which is shown only now. Null when the request was refused, and when a repeated request found the key that the first one created.',
  })
  secret!: string | null;
}

@ObjectType('RevokeApiKeyPayload', answers('revokeApiKey'))
export class RevokeApiKeyPayload extends Payload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The revoked key. Null when the request was refused.' })
  apiKey!: ApiKey | null;
}
