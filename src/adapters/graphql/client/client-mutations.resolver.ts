import { Ctx, Mutation, Resolver } from 'type-graphql';
import { createClient } from '../../../application/clients/create-client';
import { problemsOf } from '../base/input-rules';
import { ARGUMENT, Input, idempotencyOf } from '../base/mutation.input';
import { invalidInputs, userErrorOf } from '../base/user-errors';
import type { RequestContext } from '../context';
import { CreateClientInput } from './client.input';
import { CreateClientPayload } from './client.payload';

@Resolver()
export class ClientMutationResolver {
  @Mutation(() => CreateClientPayload, { description: 'Creates a client.' })
  async createClient(
    @Input(() => CreateClientInput) given: CreateClientInput,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<CreateClientPayload> {
    const clientMutationId = given.clientMutationId ?? null;
    const problems = problemsOf(given);
    if (problems.length > 0) return { client: null, userErrors: invalidInputs(problems, ARGUMENT), clientMutationId };
    const name = given.name.trim();
    const { client, refusal } = await createClient(services, caller, name, idempotencyOf('createClient', given));
    const shape = { argument: ARGUMENT, impacts: [] };
    return { client, userErrors: refusal === null ? [] : [userErrorOf(refusal, shape)], clientMutationId };
  }
}
