import { fromGlobalId } from '../../graphql/base/global-id';
import { partsOfName, unknownClientText } from '../unknown-client';
import { DeskError } from './desk-error';
import type { DeskService } from './service-client';

export const FIND_CLIENT = 'query FindClient($name: String!) { client(name: $name) { id } }';

export const CLIENTS_LIKE = `query ClientsLike($part: String!) {
  clients(first: 20, filter: { name: { contains: $part } }) { nodes { name } }
}`;

interface ClientNames {
  readonly clients: { readonly nodes: readonly { readonly name: string }[] };
}

/**
 * The global id of the client that a person means by its name or its id.
 *
 * @throws DeskError with the names that are like it
 */
export async function clientIdOf(service: DeskService, written: string): Promise<string> {
  if (fromGlobalId(written)?.type === 'Client') return written;
  const { client } = await service.ask<{ readonly client: { readonly id: string } | null }>(FIND_CLIENT, {
    name: written,
  });
  if (client !== null) return client.id;
  const found = await Promise.all(partsOfName(written).map((part) => service.ask<ClientNames>(CLIENTS_LIKE, { part })));
  const names = found.flatMap(({ clients }) => clients.nodes.map(({ name }) => name));
  throw new DeskError('NOT_FOUND', unknownClientText(written, names));
}
