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
    id: primary(text('Name of the policy')),
    version: primary(integer('Number of the version, from 1 for each policy')),
    document: json('Rules, targets and calendars, with the holidays listed as dates'),
    fingerprint: text('SHA-256 of the data from which the version was published'),
    published_at: instant('Time at which the version was published'),
    yaml: orNull(text('Text from which the version was published; null if it was not kept')),
    published_by: orNull(
      json(
        'Actor who published the version: kind, id and name; null if the service published its configured file at start',
      ),
    ),
    configured: boolean('Whether the configured policy file contained this version when a service started'),
  },
});
