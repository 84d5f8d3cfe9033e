import type { DeskService } from './service-client';

export const CLIENTS_BEGINNING = `query ClientsBeginning($prefix: String!) {
  clients(first: 50, filter: { name: { startsWith: $prefix } }) { nodes { name } }
}`;

export const AGENTS_BEGINNING = `query AgentsBeginning($prefix: String!) {
  agents(first: 50, prefix: $prefix, isActive: true) { nodes { name } }
}`;

interface Names {
  readonly nodes: readonly { readonly name: string }[];
}

/** The names of clients, or of active agents, that begin with a text, for completion. */
export async function knownNames(
  service: DeskService,
  of: 'CLIENTS' | 'AGENTS',
  prefix: string,
): Promise<readonly string[]> {
  if (of === 'CLIENTS' && prefix === '') return [];
  const document = of === 'CLIENTS' ? CLIENTS_BEGINNING : AGENTS_BEGINNING;
  const { clients, agents } = await service.ask<{ readonly clients?: Names; readonly agents?: Names }>(document, {
    prefix,
  });
  return [...new Set((clients ?? agents)?.nodes.map(({ name }) => name) ?? [])];
}
