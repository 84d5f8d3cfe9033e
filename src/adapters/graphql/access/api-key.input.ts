import { Field, ID, InputType } from 'type-graphql';
import { type ApiScope, SCOPES } from '../../../application/access/rights';
import type { EpochMs } from '../../../domain/instant';
import { NAME } from '../../../domain/value-rules';
import { Entries, Text } from '../base/input-rules';
import { MutationInput } from '../base/mutation.input';
import { optional } from '../base/optional';
import { DateTimeScalar } from '../base/scalars';
import { ApiKeyScopeEnum } from './api-key.type';

@InputType('CreateApiKeyInput', { description: 'The input of `createApiKey`.' })
export class CreateApiKeyInput extends MutationInput {
  @Field(() => String, { description: 'The name of the key, 1 to 200 characters: what uses it.' })
  @Text(NAME)
  name!: string;

  @Field(() => [ApiKeyScopeEnum], { description: `What the key allows, 1 to ${SCOPES.length} entries.` })
  @Entries(1, SCOPES.length)
  scopes!: ApiScope[];

  @Field(() => ID, {
    ...optional,
    description: 'The global id of the client whose tickets the key is for. Defaults to the tickets of all clients.',
  })
  clientId?: string | null;

  @Field(() => DateTimeScalar, {
    ...optional,
    description: 'The date and time from which the key is refused, in the future. Defaults to no end.',
  })
  expiresAt?: EpochMs | null;
}

@InputType('RevokeApiKeyInput', { description: 'The input of `revokeApiKey`.' })
export class RevokeApiKeyInput extends MutationInput {
  @Field(() => ID, { description: 'The global id of the API key.' })
  apiKeyId!: string;
}
