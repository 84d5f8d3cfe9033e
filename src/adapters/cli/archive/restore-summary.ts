import type { RestoreSummary } from '../../../application/restore/restore-archive';

/** What `stepdown import --from-export` prints at its end, and its exit code. */
export function restoreResult(
  { policies, clients, tickets, added, same, leftOut, events }: RestoreSummary,
  seconds: number,
): { readonly output: string; readonly exitCode: 0 | 1 } {
  return {
    output:
      `Restored ${added} of ${tickets} tickets with ${events} events in ${seconds.toFixed(1)} s; ` +
      `${same} were there already, ${leftOut} were left out.\n` +
      `The export has ${policies} policy versions and ${clients} clients.\n`,
    exitCode: leftOut > 0 ? 1 : 0,
  };
}
