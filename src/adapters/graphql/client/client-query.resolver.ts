import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Client } from '../../../application/ports/clients';
import { type Connection, connection, connectionTypeOf, PageArgs, pageRequest } from '../base/connections';
import { requireUuid } from '../base/global-id';
import { optional } from '../base/optional';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { ClientType } from './client.type';
import { ClientFilterInput, ClientOrderInput, clientFilterOf, clientOrderOf } from './client-filter.input';

const ClientConnection = connectionTypeOf('Client', () => ClientType, 'clients');

@Resolver()
export class ClientQueryResolver {
  @Query(() => ClientType, {
    nullable: true,
    description:
      'Looks up a client by exactly one of `id` and `name`. Null when there is no such client, or the caller may not see it.',
  })
  async client(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { ...optional, description: 'The global id of the client.' }) id: string | null | undefined,
    @Arg('name', () => String, {
      ...optional,
      description:
        'The name of the client, at most 2,000 characters. It is compared regardless of case and of the form of Unicode.',
    })
    name: string | null | undefined,
  ): Promise<Client | null> {
    if ((id == null) === (name == null)) throw badInput('Exactly one of id and name must be given.');
    return id != null
      ? context.client(requireUuid('Client', id, 'id'))
      : context.services.clientDirectory.named(context.caller, name ?? '');
  }

  @Query(() => ClientConnection, {
    description: 'The clients that match a filter and that the caller may see, by name by default.',
  })
  async clients(
    @Ctx() { services: { clientDirectory }, caller }: RequestContext,
    @Args() page: PageArgs,
    @Arg('filter', () => ClientFilterInput, {
      ...optional,
      description: 'Returns only the clients that match this filter. Defaults to all clients.',
    })
    given: ClientFilterInput | null | undefined,
    @Arg('orderBy', () => ClientOrderInput, {
      ...optional,
      description: 'The order of the clients. Defaults to `NAME` ascending.',
    })
    orderBy: ClientOrderInput | null | undefined,
  ): Promise<Connection<Client>> {
    const filter = clientFilterOf(given);
    const found = await clientDirectory.page(caller, filter, clientOrderOf(orderBy), pageRequest(page));
    return connection(found, () => clientDirectory.count(caller, filter));
  }
}
