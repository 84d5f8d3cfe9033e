import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import { boolean, instant, integer, orNull, primary, text, uuid } from './column-types';

/** A cycle that was kept or breached, as reports count it (ADR 008). */
export interface CommitmentOutcomeRow {
  readonly ticket_id: string;
  readonly kind: CommitmentKind;
  readonly cycle: number;
  readonly client_id: string;
  readonly severity: Severity;
  readonly decided_at: EpochMs;
  readonly breach_severity: Severity | null;
  readonly waived: boolean;
  readonly ended_at: EpochMs | null;
}

export const commitmentOutcomes = new EntitySchema<CommitmentOutcomeRow>({
  name: 'commitment_outcomes',
  columns: {
    ticket_id: primary(uuid('The ticket it was promised on')),
    kind: primary(text('What was promised: RESPONSE, UPDATE or RESOLUTION')),
    cycle: primary(integer('The number of the cycle, from 1 for each kind')),
    client_id: uuid('The client of the ticket'),
    severity: text('The severity that gave the cycle'),
    decided_at: instant('When it was breached, else when it was fulfilled'),
    breach_severity: orNull(text('The severity of the ticket at the breach; null where it was kept')),
    waived: boolean('Whether the breach is waived'),
    ended_at: orNull(instant('When the cycle ended; null while a breached one is open')),
  },
  indices: [{ name: 'commitment_outcomes_decided_at_idx', columns: ['decided_at'] }],
});
