import { Arg, Args, Ctx, Int, Query, Resolver } from 'type-graphql';
import type { Page } from '../../../application/ports/pagination';
import type { Policy } from '../../../domain/policy/policy';
import { type Connection, connection, connectionTypeOf, PageArgs, pageRequest } from '../base/connections';
import type { RequestContext } from '../context';
import { PolicyType } from './policy.type';

const PolicyConnection = connectionTypeOf('Policy', () => PolicyType, 'policy versions');

@Resolver()
export class PolicyQueryResolver {
  @Query(() => PolicyType, {
    nullable: true,
    description:
      'A published version of a policy. Null when there is no such version, or the caller may not see it: a caller who does not see all clients sees the default policy, the policies of its clients, and the versions that their tickets are pinned to.',
  })
  async policy(
    @Ctx() { services: { policies }, caller }: RequestContext,
    @Arg('version', () => Int, {
      nullable: true,
      description: 'The number of the version, counting from 1. Defaults to the latest version.',
    })
    version: number | null | undefined,
    @Arg('name', () => String, {
      nullable: true,
      description: 'The name of the policy, at most 2,000 characters. Defaults to the default policy of the service.',
    })
    name: string | null | undefined,
  ): Promise<Policy | null> {
    const id = name ?? policies.defaultPolicyId;
    const number = version ?? (await policies.latest(caller, id))?.version;
    return number === undefined ? null : policies.version(caller, id, number);
  }

  @Query(() => PolicyConnection, {
    description: 'All versions of the policies that the caller may see, the most recently published first.',
  })
  async policies(
    @Ctx() { services: { policies }, caller }: RequestContext,
    @Args() args: PageArgs,
  ): Promise<Connection<Policy>> {
    const page = await policies.publications(caller, pageRequest(args));
    const edges: Page<Policy>['edges'] = await Promise.all(
      page.edges.map(async ({ node: { id, version }, cursor }) => {
        const node = await policies.version(caller, id, version);
        if (node === null) throw new Error(`Version ${version} of ${id} is listed but was not found`);
        return { node, cursor };
      }),
    );
    return connection({ ...page, edges }, () => policies.countPublications(caller));
  }
}
