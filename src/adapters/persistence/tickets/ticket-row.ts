import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { TicketRecord } from '../../../application/ports/ticket-store';
import type { EpochMs } from '../../../domain/instant';
import { instantText } from '../database/sql';
import { comparisonKey } from '../search/comparison-key';
import { type SlaColumns, slaColumns, type TicketRow, tickets } from '../tables';

type SelectedColumn = Exclude<keyof TicketRow, keyof SlaColumns | 'has_proposed_waiver'>;
type WrittenColumn = Exclude<keyof TicketRow, 'number'>;

const columns = Object.keys(tickets.options.columns) as (keyof TicketRow)[];

/** What is computed from the ticket and only written. */
const DERIVED: readonly (keyof TicketRow)[] = ['breached', 'has_proposed_waiver'];

/** The columns of a ticket, for a statement that selects from `tickets t`. */
export const TICKET_COLUMNS = columns
  .filter((column) => !DERIVED.includes(column) && !(column in slaColumns))
  .map((column) => `t.${column}`)
  .join(', ');

/** The columns that are written. The database assigns the number. */
export const WRITTEN_COLUMNS: readonly string[] = columns.filter((column) => column !== 'number');

/** A row of a statement that selects `TICKET_COLUMNS`. */
export type SelectedTicket = Pick<TicketRow, SelectedColumn>;

/** The ticket of a row. Every field equals that of the ticket that was saved. */
export function ticketOf(row: SelectedTicket): StoredTicket {
  return {
    id: row.id,
    number: row.number,
    clientId: row.client_id,
    subject: row.subject,
    description: row.description,
    reporter: row.reporter,
    assignee: row.assignee,
    channel: row.channel,
    externalId: row.external_id,
    externalUrl: row.external_url,
    tags: row.tags,
    contacts: row.contacts,
    followUpOf: row.follow_up_of,
    policyId: row.policy_id,
    policyVersion: row.policy_version,
    calendars: row.calendars,
    impacts: row.impacts,
    severity: row.severity,
    initialSeverity: row.initial_severity,
    clause: row.clause,
    override: row.override,
    proposal: row.proposal,
    reclassifiedBy: row.reclassified_by,
    state: row.state,
    resolvedFrom: row.resolved_from,
    openedAt: row.opened_at,
    respondedAt: row.responded_at,
    acknowledgedAt: row.acknowledged_at,
    callRecordedAt: row.call_recorded_at,
    workaroundAppliedAt: row.workaround_applied_at,
    resolvedAt: row.resolved_at,
    closedAt: row.closed_at,
    resolution: row.resolution,
    closeReason: row.close_reason,
    silentSince: row.silent_since,
    awaitingReplySince: row.awaiting_reply_since,
    waits: row.waits,
    stints: row.stints,
    workarounds: row.workarounds,
    severityChanges: row.severity_changes,
    cycles: row.cycles,
    notMeasured: row.not_measured,
    observedUntil: row.observed_until,
    silenceFrom: row.silence_from,
    version: row.version,
    lastEventAt: row.last_event_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The row of `external_ids` of a new ticket, if it has an external id. */
export const externalIdRowsOf = ({ ticket: { clientId, externalId } }: Pick<TicketRecord, 'ticket'>) =>
  externalId === null ? [] : [{ folded: comparisonKey(externalId), client_id: clientId, written: externalId }];

const instantOrNull = (at: EpochMs | null): string | null => (at === null ? null : instantText(at));

/** The row of a ticket as JSON for the database, with instants as text. */
export function rowOf(record: TicketRecord): Readonly<Record<WrittenColumn, unknown>> {
  const { ticket, stored, recordedAt, clocks } = record;
  const { RESPONSE, UPDATE, RESOLUTION } = clocks.commitments;
  return {
    client_id: ticket.clientId,
    subject: ticket.subject,
    description: ticket.description,
    reporter: ticket.reporter,
    assignee: ticket.assignee,
    channel: ticket.channel,
    external_id: ticket.externalId,
    external_url: ticket.externalUrl,
    tags: ticket.tags,
    contacts: ticket.contacts,
    follow_up_of: ticket.followUpOf,
    policy_id: ticket.policyId,
    policy_version: ticket.policyVersion,
    calendars: ticket.calendars,
    impacts: ticket.impacts,
    severity: ticket.severity,
    initial_severity: ticket.initialSeverity,
    clause: ticket.clause,
    override: ticket.override,
    proposal: ticket.proposal,
    reclassified_by: ticket.reclassifiedBy,
    state: ticket.state,
    resolved_from: ticket.resolvedFrom,
    opened_at: instantOrNull(ticket.openedAt),
    responded_at: instantOrNull(ticket.respondedAt),
    acknowledged_at: instantOrNull(ticket.acknowledgedAt),
    call_recorded_at: instantOrNull(ticket.callRecordedAt),
    workaround_applied_at: instantOrNull(ticket.workaroundAppliedAt),
    resolved_at: instantOrNull(ticket.resolvedAt),
    closed_at: instantOrNull(ticket.closedAt),
    resolution: ticket.resolution,
    close_reason: ticket.closeReason,
    silent_since: instantOrNull(ticket.silentSince),
    awaiting_reply_since: instantOrNull(ticket.awaitingReplySince),
    waits: ticket.waits,
    stints: ticket.stints,
    workarounds: ticket.workarounds,
    severity_changes: ticket.severityChanges,
    not_measured: ticket.notMeasured,
    observed_until: instantOrNull(ticket.observedUntil),
    silence_from: instantOrNull(ticket.silenceFrom),
    created_at: instantOrNull(stored?.createdAt ?? recordedAt),
    response_due_at: instantOrNull(RESPONSE.dueAt),
    response_at_risk_at: instantOrNull(RESPONSE.atRiskAt),
    update_due_at: instantOrNull(UPDATE.dueAt),
    update_at_risk_at: instantOrNull(UPDATE.atRiskAt),
    resolution_due_at: instantOrNull(RESOLUTION.dueAt),
    resolution_at_risk_at: instantOrNull(RESOLUTION.atRiskAt),
    due_at: instantOrNull(clocks.dueAt),
    has_proposed_waiver: clocks.hasProposedWaiver,
    call_severities: clocks.callSeverities,
    ...timeRowOf(record),
  };
}

/**
 * The columns that a mark or a breach changes. Due instants are not among them, because the passing
 * of time moves none.
 */
export const timeRowOf = ({ ticket, stored, events, recordedAt, clocks }: TicketRecord) => ({
  id: ticket.id,
  cycles: ticket.cycles,
  version: ticket.version,
  last_event_at: instantOrNull(ticket.lastEventAt),
  updated_at: instantOrNull(events.length > 0 ? recordedAt : (stored?.updatedAt ?? recordedAt)),
  response_status: clocks.commitments.RESPONSE.status,
  update_status: clocks.commitments.UPDATE.status,
  resolution_status: clocks.commitments.RESOLUTION.status,
  next_deadline_at: instantOrNull(clocks.nextDeadlineAt),
  breached: clocks.isBreached,
});
