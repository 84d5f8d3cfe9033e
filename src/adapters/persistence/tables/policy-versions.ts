import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import type { PolicyDocument } from '../../../domain/policy';
import { instant, integer, json, primary, text } from './column-types';

export interface PolicyVersionRow {
  readonly id: string;
  readonly version: number;
  readonly document: PolicyDocument;
  readonly fingerprint: string;
  readonly published_at: EpochMs;
}

export const policyVersions = new EntitySchema<PolicyVersionRow>({
  name: 'policy_versions',
  columns: {
    id: primary(text('The name of the policy')),
    version: primary(integer('Counts from 1 for each policy')),
    document: json('Rules, targets and calendars, holidays expanded'),
    fingerprint: text('SHA-256 of the canonical document'),
    published_at: instant('When it was published'),
  },
});
