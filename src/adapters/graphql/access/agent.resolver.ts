import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { KnownPerson, PeopleFilter } from '../../../application/ports/people';
import { type Connection, connection, connectionTypeOf, PageArgs, pageRequest } from '../base/connections';
import { requireUuid } from '../base/global-id';
import { problemsOf } from '../base/input-rules';
import { ARGUMENT, Input, keyUseOf, refusalOfOne } from '../base/mutation.input';
import { invalidInputs, userErrorOf } from '../base/user-errors';
import type { RequestContext } from '../context';
import { SetAgentActiveInput, SetAgentActivePayload } from './agent.input';
import { AgentType } from './agent.type';

const AgentConnection = connectionTypeOf('Agent', () => AgentType, 'agents');
const SHAPE = { argument: ARGUMENT, impacts: [] };

@Resolver()
export class AgentRootResolver {
  @Query(() => AgentConnection, {
    description:
      'The people of the support organisation that are known from their tokens, in the order in which they were first seen, or by name if `prefix` is given. For a caller who does not see all clients, only those who see one of its clients. Empty when no identity provider is configured.',
  })
  async agents(
    @Ctx() { services: { people }, caller }: RequestContext,
    @Args() args: PageArgs,
    @Arg('isActive', () => Boolean, {
      nullable: true,
      description: 'Returns only agents who may use the service, or only those who may not. Defaults to all.',
    })
    isActive: boolean | null | undefined,
    @Arg('prefix', () => String, {
      nullable: true,
      description:
        'Returns only agents whose name begins with this text, in order of their names, for completion while it is typed. Compared regardless of case and of the form of Unicode, at most 2,000 characters.',
    })
    prefix: string | null | undefined,
  ): Promise<Connection<KnownPerson>> {
    const filter: PeopleFilter = { roles: ['AGENT', 'ADMIN'], isActive: isActive ?? null, namePrefix: prefix ?? null };
    return connection(await people.page(caller, filter, pageRequest(args)), () => people.count(caller, filter));
  }

  @Mutation(() => SetAgentActivePayload, {
    description:
      'Lets an agent use the service, or no longer. Within a second, the requests of an agent who may not use it are refused and the sockets are closed, on every process of the service.',
  })
  async setAgentActive(
    @Input(() => SetAgentActiveInput) given: SetAgentActiveInput,
    @Ctx() { services: { people, clock, credentials }, caller }: RequestContext,
  ): Promise<SetAgentActivePayload> {
    const clientMutationId = given.clientMutationId ?? null;
    const problems = problemsOf(given);
    if (problems.length > 0) return { agent: null, userErrors: invalidInputs(problems, ARGUMENT), clientMutationId };
    const id = requireUuid('Agent', given.agentId, 'input.agentId');
    const use = keyUseOf('setAgentActive', given, caller);
    const agent = await people.setActive(id, given.isActive, caller.actor, use, clock.now());
    if (agent === null || agent === 'KEY_REUSED') {
      const refusal = refusalOfOne(agent, 'Agent', id, use);
      return { agent: null, userErrors: [userErrorOf(refusal, SHAPE)], clientMutationId };
    }
    credentials.forgetPerson(agent.subject);
    return { agent, userErrors: [], clientMutationId };
  }
}
