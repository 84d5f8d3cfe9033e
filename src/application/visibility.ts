import type { Caller } from './ports/caller';

/** Whether the caller may see the client's tickets: the one place that decides it, on the loaded row. */
export const sees = ({ sees: clients }: Pick<Caller, 'sees'>, clientId: string): boolean =>
  clients === 'ALL' || clients.includes(clientId);
