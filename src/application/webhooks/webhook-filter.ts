import type { CommitmentKind } from '../../domain/policy/policy';
import type { Severity } from '../../domain/severity';
import { isInternal } from '../../domain/ticket/internal-events';
import type { BreachCause, SeverityChange, SeverityChangeCause } from '../../domain/ticket/ticket';
import type { EventType } from '../../domain/ticket/ticket-events';
import type { LoggedEvent } from '../ports/logged-event';

/** The values that match: those in `in` if it is present, without those in `nin`. */
export interface Choice<T extends string> {
  readonly in?: readonly T[];
  readonly nin?: readonly T[];
}

/**
 * Which events an endpoint gets: those that match every field that is present. It is stored as
 * JSON, so the meaning of a field never changes.
 */
export interface WebhookFilter {
  readonly ticket?: Choice<string>;
  readonly client?: Choice<string>;
  readonly type?: Choice<EventType>;
  /** The severity of the ticket before or after the event. */
  readonly severity?: Choice<Severity>;
  /** These three: only events that change the severity. */
  readonly severityFrom?: Choice<Severity>;
  readonly severityTo?: Choice<Severity>;
  readonly severityChangeCause?: Choice<SeverityChangeCause>;
  /** Only events about a commitment: its marks, breaches and waivers. */
  readonly commitmentKind?: Choice<CommitmentKind>;
  /** Only breaches. */
  readonly breachCause?: Choice<BreachCause>;
}

export const matchesChoice = <T extends string>(choice: Choice<T> | undefined, value: T): boolean =>
  choice === undefined ||
  ((choice.in === undefined || choice.in.includes(value)) && (choice.nin === undefined || !choice.nin.includes(value)));

/** The change of severity that an event made; null if it made none. */
export const severityChangeIn = (event: LoggedEvent): SeverityChange | null =>
  'effects' in event ? (event.effects.severityChange ?? null) : null;

/** The commitment that an event is about; null if it is about the ticket. */
export const commitmentIn = (event: LoggedEvent): { readonly kind: CommitmentKind; readonly cycle: number } | null =>
  'kind' in event ? { kind: event.kind, cycle: event.cycle } : null;

/** Whether an event matches, as far as the event itself says; all but `severity`. */
export function matchesEvent(filter: WebhookFilter, event: LoggedEvent): boolean {
  if (!matchesChoice(filter.ticket, event.ticketId)) return false;
  if (!matchesChoice(filter.client, event.clientId)) return false;
  if (!matchesChoice(filter.type, event.type)) return false;
  // An endpoint can be one of the client's, so it gets what is internal only if it asks for it.
  if (isInternal(event.type) && filter.type?.in?.includes(event.type) !== true) return false;
  return matchesChange(filter, severityChangeIn(event)) && matchesCommitment(filter, event);
}

function matchesChange(filter: WebhookFilter, change: SeverityChange | null): boolean {
  const { severityFrom, severityTo, severityChangeCause } = filter;
  if (severityFrom === undefined && severityTo === undefined && severityChangeCause === undefined) return true;
  return (
    change !== null &&
    matchesChoice(severityFrom, change.from) &&
    matchesChoice(severityTo, change.to) &&
    matchesChoice(severityChangeCause, change.cause)
  );
}

function matchesCommitment({ commitmentKind, breachCause }: WebhookFilter, event: LoggedEvent): boolean {
  if (commitmentKind !== undefined) {
    const commitment = commitmentIn(event);
    if (commitment === null || !matchesChoice(commitmentKind, commitment.kind)) return false;
  }
  return (
    breachCause === undefined ||
    (event.type === 'COMMITMENT_BREACHED' && matchesChoice(breachCause, event.breach.cause))
  );
}

/** Whether a ticket had or has one of the severities. */
export const matchesSeverity = ({ severity }: WebhookFilter, before: Severity | null, after: Severity): boolean =>
  matchesChoice(severity, after) || (before !== null && matchesChoice(severity, before));
