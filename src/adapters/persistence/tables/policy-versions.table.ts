import { EntitySchema } from 'typeorm';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { boolean, instant, integer, json, orNull, primary, text } from './column-types';

export interface PolicyVersionRow {
  readonly id: string;
  readonly version: number;
  /** A `PolicyDocument` once `readPolicyVersion` has checked it. */
  readonly document: unknown;
  readonly fingerprint: string;
  readonly published_at: EpochMs;
  readonly yaml: string | null;
  readonly published_by: Actor | null;
  readonly configured: boolean;
}

export const policyVersions = new EntitySchema<PolicyVersionRow>({
  name: 'policy_versions',
  columns: {
    id: primary(text('The name of the policy')),
    version: primary(integer('Counts from 1 for each policy')),
    document: json('Rules, targets and calendars, holidays expanded'),
    fingerprint: text('SHA-256 of the data that it was published from'),
    published_at: instant('When it was published'),
    yaml: orNull(text('The text it was published from; null where that was not kept')),
    published_by: orNull(json('Who published it: kind, id, name; null for the configured file, at a start')),
    configured: boolean('Whether the configured file said this when the service started'),
  },
});
