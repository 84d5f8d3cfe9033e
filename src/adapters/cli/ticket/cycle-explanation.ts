import type { Segment } from '../../../domain/commitment/explain-due';
import type { CycleView } from '../../../domain/commitment/view';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import type { Policy, Target } from '../../../domain/policy/policy';

/** A cycle with the facts that explain its due instant. */
export interface CycleExplanation {
  readonly view: CycleView;
  readonly policy: Policy;
  readonly target: Target;
  /**
   * The IANA zone of the shown times, the same for all cycles of an explanation.
   */
  readonly timeZone: string;
  /** The length of the target from the cycle's start; null for best effort and if unknown. */
  readonly worthMs: DurationMs | null;
  /**
   * The instant up to which the clock has run: the end of the cycle, else the instant of the
   * answer.
   */
  readonly reachedAt: EpochMs;
  readonly segments: readonly Segment[];
  /** Why the calendar cannot compute the segments, which are empty then; null if it can. */
  readonly unknownBecause: string | null;
}
