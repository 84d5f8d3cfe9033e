import type { Desk } from './desk';

/** The name by which tickets are assigned to the caller. */
export async function ownName({ service }: Desk): Promise<string> {
  const { viewer } = await service.ask<{ readonly viewer: { readonly actor: { readonly name: string } } }>(
    '{ viewer { actor { name } } }',
  );
  return viewer.actor.name;
}
