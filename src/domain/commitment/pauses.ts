import type { EpochMs } from '../instant';
import type { CommitmentKind, PolicyDocument } from '../policy/policy';
import type { Wait } from '../ticket/ticket';

/** A period in which a commitment's clock is stopped. Half-open; `until` is null while it lasts. */
export interface Pause {
  readonly from: EpochMs;
  readonly until: EpochMs | null;
}

/**
 * The pauses of a commitment since an instant. Overlapping waits are one pause, so the clock runs
 * again when the last pausing reason ends. Waits that only touch are two pauses.
 */
export function pausesOf(
  waits: readonly Wait[],
  kind: CommitmentKind,
  policy: PolicyDocument,
  since: EpochMs,
): readonly Pause[] {
  if (waits.length === 0) return [];
  const stretches = waits
    .filter((wait) => policy.pauses[wait.reason].includes(kind) && (wait.until === null || wait.until > since))
    .map((wait) => ({ from: Math.max(wait.from, since), until: wait.until }))
    .sort((a, b) => a.from - b.from);
  const pauses: { from: EpochMs; until: EpochMs | null }[] = [];
  for (const stretch of stretches) {
    const last = pauses.at(-1);
    if (last !== undefined && (last.until === null || stretch.from < last.until)) {
      last.until = last.until === null || stretch.until === null ? null : Math.max(last.until, stretch.until);
    } else {
      pauses.push(stretch);
    }
  }
  return pauses;
}
