import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import { boolean, instant, integer, orNull, primary, text, uuid } from './column-types';

/** A cycle that was met or breached, as reports count it (ADR 008). */
export interface CommitmentOutcomeRow {
  readonly ticket_id: string;
  readonly kind: CommitmentKind;
  readonly cycle: number;
  readonly client_id: string;
  readonly severity: Severity;
  readonly decided_at: EpochMs;
  readonly breach_severity: Severity | null;
  readonly waived: boolean;
  /** Null in rows of earlier versions, for false. */
  readonly waiver_proposed: boolean | null;
  readonly ended_at: EpochMs | null;
}

export const commitmentOutcomes = new EntitySchema<CommitmentOutcomeRow>({
  name: 'commitment_outcomes',
  columns: {
    ticket_id: primary(uuid('Ticket of the cycle')),
    kind: primary(text('Kind of the commitment: RESPONSE, UPDATE or RESOLUTION')),
    cycle: primary(integer('Number of the cycle, from 1 for each kind')),
    client_id: uuid('Client of the ticket'),
    severity: text('Severity that determined the target of the cycle'),
    decided_at: instant('Time of the breach, or, if there was none, of the fulfilment'),
    breach_severity: orNull(text('Severity of the ticket at the breach; null if the cycle was met')),
    waived: boolean('Whether the breach is waived'),
    ended_at: orNull(instant('Time at which the cycle ended; null while a breached cycle is open')),
    waiver_proposed: orNull(boolean('Whether a waiver is proposed and not decided; null for false')),
  },
  indices: [{ name: 'commitment_outcomes_decided_at_idx', columns: ['decided_at'] }],
});
