import type { Impact } from '../../../../domain/impact';
import type { Command } from '../../../../domain/ticket/commands';
import type { InputProblem } from '../../base/input-rules';
import { impactsOf } from '../impact.input';
import type { ReclassifyTicketInput } from './severity-mutations.input';

/** The command of a reclassification and its impacts, or the problem of the input as a whole. */
export function reclassifyCommand({
  impacts,
  override,
  reason,
}: Pick<ReclassifyTicketInput, 'impacts' | 'override' | 'reason'>):
  | { readonly command: Command; readonly impacts: readonly Impact[] }
  | { readonly problem: InputProblem } {
  if ((impacts == null) === (override == null)) {
    return { problem: { path: ['impacts'], expected: 'takes the impacts, unless an override is given' } };
  }
  if (override != null) {
    if (reason != null) {
      return {
        problem: { path: ['reason'], expected: 'must be given as override.reason when the severity is overridden' },
      };
    }
    const { severity, reason: why } = override;
    return { command: { type: 'reclassify', override: { severity, reason: why } }, impacts: [] };
  }
  const stated = impactsOf(impacts ?? []);
  return { command: { type: 'reclassify', impacts: stated, reason: reason ?? null }, impacts: stated };
}
