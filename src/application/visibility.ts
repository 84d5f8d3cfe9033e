import type { Caller, Visibility } from './ports/caller';

/** Whether the caller may see the tickets of a client. The only place that decides it. */
export const sees = ({ sees: clients }: Pick<Caller, 'sees'>, clientId: string): boolean =>
  clients === 'ALL' || clients.includes(clientId);

/** What work for several callers may see together: all that any of them may. */
export function seenByAny(callers: readonly Pick<Caller, 'sees'>[]): Visibility {
  const [first, ...others] = callers;
  if (first === undefined) return [];
  if (others.every(({ sees: clients }) => clients === first.sees)) return first.sees;
  const lists = callers.map(({ sees: clients }) => clients);
  return lists.includes('ALL') ? 'ALL' : [...new Set(lists.flat())];
}
