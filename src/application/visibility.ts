import { isInternal } from '../domain/ticket/internal-events';
import type { EventType } from '../domain/ticket/ticket-events';
import type { Caller, Visibility } from './ports/caller';

/** Whether the caller may see the tickets of a client. The only place that decides it. */
export const sees = ({ sees: clients }: Pick<Caller, 'sees'>, clientId: string): boolean =>
  clients === 'ALL' || clients.includes(clientId);

type Seeing = Pick<Caller, 'sees' | 'seesInternal'>;

/** Whether the caller may see what is internal to the support organisation. */
export const seesInternal = ({ sees: clients, seesInternal: isInside = false }: Seeing): boolean =>
  clients === 'ALL' || isInside;

/** Whether the caller may see an event of a client. */
export const seesEvent = (caller: Seeing, clientId: string, type: EventType): boolean =>
  sees(caller, clientId) && (!isInternal(type) || seesInternal(caller));

/**
 * Whether the caller may see a person of the support organisation: one who sees a client of the
 * caller.
 *
 * @param clientIds the clients of the person; null for all
 */
export const seesPerson = (caller: Pick<Caller, 'sees'>, clientIds: readonly string[] | null): boolean =>
  caller.sees === 'ALL' || clientIds === null || clientIds.some((id) => sees(caller, id));

/** What work for several callers may see together: all that any of them may. */
export function seenByAny(callers: readonly Pick<Caller, 'sees'>[]): Visibility {
  const [first, ...others] = callers;
  if (first === undefined) return [];
  if (others.every(({ sees: clients }) => clients === first.sees)) return first.sees;
  const lists = callers.map(({ sees: clients }) => clients);
  return lists.includes('ALL') ? 'ALL' : [...new Set(lists.flat())];
}
