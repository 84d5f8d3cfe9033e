import { EntitySchema } from 'typeorm';
import type { Impact } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { CalendarReplacements, CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Channel } from '../../../domain/ticket/commands';
import type {
  Cycle,
  Override,
  Proposal,
  SeverityChange,
  Stint,
  TicketState,
  Wait,
  Workaround,
} from '../../../domain/ticket/ticket';
import { boolean, instant, integer, json, orNull, primary, text, textList, uuid } from './column-types';
import { type SlaColumns, slaColumns, slaIndices } from './sla-columns';

export interface TicketRow extends SlaColumns {
  readonly id: string;
  readonly number: number;
  readonly client_id: string;
  readonly subject: string;
  readonly description: string | null;
  readonly reporter: string | null;
  readonly assignee: string | null;
  readonly channel: Channel;
  readonly external_id: string | null;
  readonly external_url: string | null;
  readonly tags: readonly string[];
  readonly follow_up_of: string | null;
  readonly policy_id: string;
  readonly policy_version: number;
  readonly calendars: CalendarReplacements;
  readonly impacts: readonly Impact[];
  readonly severity: Severity;
  readonly initial_severity: Severity;
  readonly clause: string;
  readonly override: Override | null;
  readonly proposal: Proposal | null;
  readonly reclassified_by: number;
  readonly state: TicketState;
  readonly resolved_from: 'open' | 'workaroundApplied' | null;
  readonly opened_at: EpochMs;
  readonly responded_at: EpochMs | null;
  readonly acknowledged_at: EpochMs | null;
  readonly call_recorded_at: EpochMs | null;
  readonly workaround_applied_at: EpochMs | null;
  readonly resolved_at: EpochMs | null;
  readonly closed_at: EpochMs | null;
  readonly resolution: string | null;
  readonly close_reason: string | null;
  readonly silent_since: EpochMs | null;
  readonly waits: readonly Wait[];
  readonly stints: readonly Stint[];
  readonly workarounds: readonly Workaround[];
  readonly severity_changes: readonly SeverityChange[];
  readonly cycles: readonly Cycle[];
  readonly not_measured: readonly CommitmentKind[];
  readonly observed_until: EpochMs | null;
  readonly version: number;
  readonly last_event_at: EpochMs;
  readonly created_at: EpochMs;
  readonly updated_at: EpochMs;
}

export const tickets = new EntitySchema<TicketRow>({
  name: 'tickets',
  columns: {
    id: primary(uuid('UUID version 7, made by the service')),
    number: { type: 'integer', generated: 'increment', comment: 'Counts up through the whole service; for people' },
    client_id: uuid('The client account it belongs to'),
    subject: text('What it is about, in a line'),
    description: orNull(text('What happened')),
    reporter: orNull(text('Who reported it, at the client')),
    assignee: orNull(text('Who works on it')),
    channel: text('How it came in: EXTRANET, EMAIL or PHONE'),
    external_id: orNull(text('Its name in another system; unique within the client')),
    external_url: orNull(text('Where it stands in that system')),
    tags: textList('Words to find it by'),
    follow_up_of: orNull(uuid('The ticket it follows up')),
    policy_id: text('The policy it was opened under'),
    policy_version: integer('The version of that policy; it never changes'),
    calendars: { ...json('Calendars that stand in for others of its policy, by the name replaced'), default: {} },
    impacts: json('Who is hit and what they cannot do: pairs of audience and consequence, with a note'),
    severity: text('The present severity, SEV1 the most urgent'),
    initial_severity: text('The severity at opening'),
    clause: text('The clause of the policy that the impacts fall under'),
    override: orNull(json('A severity set against the classifier, with reason, instant and actor')),
    proposal: orNull(json('A lowering of the severity that waits for another agent to approve it')),
    reclassified_by: integer('The number of the last event that reclassified it; 0 for none'),
    state: text('State of the lifecycle: open, workaroundApplied, resolved or closed'),
    resolved_from: orNull(text('The state that a reopening returns to')),
    opened_at: instant('When it was opened'),
    responded_at: orNull(instant('The first action that counts as a response')),
    acknowledged_at: orNull(instant('When it was acknowledged')),
    call_recorded_at: orNull(instant('When the client called first')),
    workaround_applied_at: orNull(instant('When the standing workaround was applied')),
    resolved_at: orNull(instant('When it was resolved; null again after a reopening')),
    closed_at: orNull(instant('When it was closed')),
    resolution: orNull(text('How it was resolved')),
    close_reason: orNull(text('Why it was closed')),
    silent_since: orNull(instant('While resolved: when anybody was heard last')),
    waits: json('Stretches of waiting: reason, from, until'),
    stints: json('From opening or reopening to resolution: from, until'),
    workarounds: json('Workarounds in the order applied, the withdrawn ones included'),
    severity_changes: json('Changes of severity in their order'),
    cycles: json('Every run of every commitment: start, total, marks, breach, end'),
    not_measured: textList('Commitments that an imported history carries no evidence for'),
    observed_until: orNull(instant('Where an imported history ends; nothing later is judged')),
    version: integer('The number of events so far'),
    last_event_at: instant('When the last event happened'),
    created_at: instant('When the first event was recorded'),
    updated_at: instant('When the last event was recorded'),
    ...slaColumns,
    breached: boolean('Whether any cycle was ever recorded as breached'),
  },
  uniques: [{ name: 'tickets_number_key', columns: ['number'] }],
  indices: [
    {
      // The external name leads, so that it is found without knowing the client too.
      name: 'tickets_external_id_key',
      columns: ['external_id', 'client_id'],
      unique: true,
      where: 'external_id IS NOT NULL',
    },
    { name: 'tickets_client_id_number_idx', columns: ['client_id', 'number'] },
    { name: 'tickets_opened_at_idx', columns: ['opened_at', 'id'] },
    { name: 'tickets_updated_at_idx', columns: ['updated_at', 'id'] },
    { name: 'tickets_follow_up_of_idx', columns: ['follow_up_of', 'number'], where: 'follow_up_of IS NOT NULL' },
    ...slaIndices,
  ],
  foreignKeys: [
    { name: 'tickets_client_id_fkey', target: 'clients', columnNames: ['client_id'], referencedColumnNames: ['id'] },
    {
      name: 'tickets_follow_up_of_fkey',
      target: 'tickets',
      columnNames: ['follow_up_of'],
      referencedColumnNames: ['id'],
    },
    {
      name: 'tickets_policy_fkey',
      target: 'policy_versions',
      columnNames: ['policy_id', 'policy_version'],
      referencedColumnNames: ['id', 'version'],
    },
  ],
});
