import { Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { createApiKey } from '../../../application/access/create-api-key';
import type { ApiKey } from '../../../application/ports/api-keys';
import { type Connection, connection, connectionTypeOf, PageArgs, pageRequest } from '../base/connections';
import { requireUuid } from '../base/global-id';
import { problemsOf } from '../base/input-rules';
import { ARGUMENT, Input, idempotencyOf, keyUseOf, refusalOfOne } from '../base/mutation.input';
import { invalidInputs, userErrorOf } from '../base/user-errors';
import type { RequestContext } from '../context';
import { CreateApiKeyInput, RevokeApiKeyInput } from './api-key.input';
import { CreateApiKeyPayload, RevokeApiKeyPayload } from './api-key.payload';
import { ApiKeyType } from './api-key.type';

const ApiKeyConnection = connectionTypeOf('ApiKey', () => ApiKeyType, 'API keys');
const SHAPE = { argument: ARGUMENT, impacts: [] };

@Resolver()
export class ApiKeyRootResolver {
  @Query(() => ApiKeyConnection, { description: 'The API keys, the latest first, also those that were revoked.' })
  async apiKeys(
    @Ctx() { services: { apiKeys }, caller }: RequestContext,
    @Args() args: PageArgs,
  ): Promise<Connection<ApiKey>> {
    return connection(await apiKeys.page(caller, pageRequest(args)), () => apiKeys.count(caller));
  }

  @Mutation(() => CreateApiKeyPayload, {
    description: 'Creates an API key for a service. The payload has its secret, which cannot be read again.',
  })
  async createApiKey(
    @Input(() => CreateApiKeyInput) given: CreateApiKeyInput,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<CreateApiKeyPayload> {
    const clientMutationId = given.clientMutationId ?? null;
    const problems = problemsOf(given);
    if (problems.length > 0) {
      return { apiKey: null, secret: null, userErrors: invalidInputs(problems, ARGUMENT), clientMutationId };
    }
    const request = {
      name: given.name.trim(),
      scopes: given.scopes,
      clientId: given.clientId == null ? null : requireUuid('Client', given.clientId, 'input.clientId'),
      expiresAt: given.expiresAt ?? null,
    };
    const idempotency = idempotencyOf('createApiKey', given);
    const { apiKey, secret, refusal } = await createApiKey(services, caller, request, idempotency);
    return { apiKey, secret, userErrors: refusal === null ? [] : [userErrorOf(refusal, SHAPE)], clientMutationId };
  }

  @Mutation(() => RevokeApiKeyPayload, {
    description:
      'Revokes an API key. Within a second, requests with it are refused and its sockets are closed, on every process of the service. A key that is already revoked stays as it is.',
  })
  async revokeApiKey(
    @Input(() => RevokeApiKeyInput) given: RevokeApiKeyInput,
    @Ctx() { services: { apiKeys, clock, credentials }, caller }: RequestContext,
  ): Promise<RevokeApiKeyPayload> {
    const clientMutationId = given.clientMutationId ?? null;
    const problems = problemsOf(given);
    if (problems.length > 0) return { apiKey: null, userErrors: invalidInputs(problems, ARGUMENT), clientMutationId };
    const id = requireUuid('ApiKey', given.apiKeyId, 'input.apiKeyId');
    const use = keyUseOf('revokeApiKey', given, caller);
    const apiKey = await apiKeys.revoke(id, clock.now(), caller.actor, use);
    if (apiKey === null || apiKey === 'KEY_REUSED') {
      const refusal = refusalOfOne(apiKey, 'ApiKey', id, use);
      return { apiKey: null, userErrors: [userErrorOf(refusal, SHAPE)], clientMutationId };
    }
    credentials.forgetKey(apiKey.prefix);
    return { apiKey, userErrors: [], clientMutationId };
  }
}
