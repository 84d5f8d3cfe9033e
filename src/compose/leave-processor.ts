import { constants, getPriority, setPriority } from 'node:os';

/**
 * Lowers the priority of this process, so that services on the same machine do not wait for long
 * work of a command. To be called when the store is open: a PostgreSQL that the command starts
 * serves others too, and would have the same priority.
 */
export function leaveProcessorToServices(): void {
  try {
    setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
  } catch {
    // A system that does not allow it: then the work is not slower either.
  }
}
