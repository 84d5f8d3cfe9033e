import type { Caller } from './ports/caller';

/** Whether the caller may see the tickets of a client. The only place that decides it. */
export const sees = ({ sees: clients }: Pick<Caller, 'sees'>, clientId: string): boolean =>
  clients === 'ALL' || clients.includes(clientId);
