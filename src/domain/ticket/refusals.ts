import type { Audience, Consequence } from '../impact';
import { type DurationMs, type EpochMs, MINUTE_MS, toIso } from '../instant';
import type { FactKind } from '../policy/facts';
import type { CommitmentKind, WaitingReason } from '../policy/policy';
import type { Severity } from '../severity';
import type { CommandType } from './commands';
import type { TicketState } from './ticket';
import type { RecordedAct } from './ticket-events';

/** Why a command is refused. A refused command changes nothing. */
export type Refusal =
  | {
      readonly code: 'IllegalTransition';
      readonly state: TicketState;
      readonly command: CommandType;
      readonly allowed: readonly CommandType[];
    }
  | {
      readonly code: 'UnknownFact';
      readonly kind: FactKind;
      /** The code in the input. */
      readonly value: string;
      /** The known code that is most like it; null if none is. */
      readonly nearest: string | null;
      /** The codes of the policy version, in its order. */
      readonly known: readonly string[];
    }
  | { readonly code: 'ContradictoryImpact'; readonly audience: Audience; readonly consequence: Consequence }
  | { readonly code: 'SeverityNotLowered'; readonly before: Severity; readonly after: Severity }
  | {
      readonly code: 'ImpactNotLowered';
      readonly before: Severity;
      readonly after: Severity;
      readonly sameImpacts: boolean;
    }
  | { readonly code: 'AlreadyAcknowledged'; readonly acknowledgedAt: EpochMs }
  | { readonly code: 'AlreadyWaiting'; readonly reason: WaitingReason; readonly since: EpochMs }
  | { readonly code: 'NotWaiting'; readonly reason: WaitingReason }
  | {
      readonly code: 'FollowUpNeeded';
      /** The closed ticket, which a new one has to follow up. */
      readonly ticketId: string;
    }
  | { readonly code: 'NothingProposed' }
  | { readonly code: 'ApproverIsProposer'; readonly proposedAt: EpochMs }
  | { readonly code: 'NothingToWaive' }
  | { readonly code: 'NoSuchBreach'; readonly commitment: CommitmentKind; readonly cycle: number }
  | {
      readonly code: 'AlreadyWaived';
      readonly commitment: CommitmentKind;
      readonly cycle: number;
      readonly waivedAt: EpochMs;
    }
  | { readonly code: 'NoWaiverProposed' }
  | {
      readonly code: 'ApproverIsWitness';
      readonly commitment: CommitmentKind;
      readonly cycle: number;
      /** The number of the approver's event that is the evidence. */
      readonly evidence: number;
    }
  | { readonly code: 'OverrideWithoutEffect'; readonly severity: Severity }
  | { readonly code: 'ReclassifiedSinceWorkaround'; readonly appliedAt: EpochMs }
  | {
      readonly code: 'OutOfOrder';
      readonly at: EpochMs;
      /** The earliest instant that would be accepted. */
      readonly lastEventAt: EpochMs;
      /** The event that is in the way. Null for an import. */
      readonly event: RecordedAct | null;
    }
  | { readonly code: 'InTheFuture'; readonly occurredAt: EpochMs; readonly now: EpochMs }
  | {
      readonly code: 'ReasonNeeded';
      readonly occurredAt: EpochMs;
      /** How long before its recording an event may have happened without a reason. */
      readonly threshold: DurationMs;
    }
  | { readonly code: 'BeyondCalendar'; readonly detail: string }
  | { readonly code: 'InvalidInput'; readonly field: string; readonly expected: string }
  | { readonly code: 'NotFound'; readonly kind: NotFoundKind; readonly id: string }
  | { readonly code: 'VersionConflict'; readonly expected: number; readonly actual: number }
  | { readonly code: 'IdempotencyKeyReused'; readonly key: string }
  | { readonly code: 'DuplicateExternalId'; readonly externalId: string }
  | {
      readonly code: 'InvalidPolicy';
      /** The place in the policy's text; line and column count from 1. */
      readonly line: number;
      readonly column: number;
      /** The dotted path of the field, e.g. `severities[1].title`. */
      readonly field: string;
      readonly problem: string;
    }
  | { readonly code: 'UnknownPolicy'; readonly policy: string; readonly known: readonly string[] }
  | {
      readonly code: 'UnknownCalendar';
      readonly calendar: string;
      readonly policy: string;
      readonly known: readonly string[];
    }
  | {
      readonly code: 'CalendarInUse';
      readonly calendar: string;
      readonly policy: string;
      /** The name of the client whose terms use the calendar. */
      readonly client: string;
    }
  | {
      readonly code: 'CalendarEndsTooSoon';
      readonly calendar: string;
      readonly policy: string;
      /** The last year that the calendar knows. */
      readonly knownUntil: number;
      /** A target that does not fit if it starts now. */
      readonly severity: Severity;
      readonly commitment: CommitmentKind;
    }
  | {
      readonly code: 'EncryptionKeyMissing';
      /** Says what to set. */
      readonly detail: string;
    }
  | {
      readonly code: 'TooManyWebhooks';
      /** Whether the limit is that of the service, or that of the clients that the caller sees. */
      readonly scope: 'SERVICE' | 'CLIENTS';
      readonly limit: number;
    };

export type RefusalCode = Refusal['code'];

/** What a request can name that does not exist. */
export type NotFoundKind = keyof typeof KINDS;

const words = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

/** One sentence for people: what is refused, and what is accepted instead. */
const KINDS = {
  Ticket: 'ticket',
  Client: 'client',
  ApiKey: 'API key',
  Agent: 'agent',
  Webhook: 'webhook',
  WebhookDelivery: 'delivery of a webhook',
} as const;

export function explainRefusal(refusal: Refusal): string {
  switch (refusal.code) {
    case 'IllegalTransition':
      return `A ticket in state ${refusal.state} does not accept ${refusal.command}. Accepted commands: ${words(refusal.allowed)}.`;
    case 'UnknownFact':
      return `The policy that applies has no ${refusal.kind.toLowerCase()} "${refusal.value}"${refusal.nearest === null ? '.' : `; did you mean ${refusal.nearest}?`} It has ${words(refusal.known)}.`;
    case 'ContradictoryImpact':
      return `No clause of the policy covers ${refusal.audience} with ${refusal.consequence}. State who is affected and what they cannot do.`;
    case 'SeverityNotLowered':
      return `A workaround at ${refusal.before} has to lower the severity; the remaining impacts classify as ${refusal.after}.`;
    case 'ImpactNotLowered':
      return refusal.sameImpacts
        ? `A workaround has to change the impacts; the remaining impacts are the same as before.`
        : `A workaround at ${refusal.before} must not raise the severity; the remaining impacts classify as ${refusal.after}.`;
    case 'AlreadyAcknowledged':
      return 'The ticket is already acknowledged; a ticket is acknowledged once.';
    case 'AlreadyWaiting':
      return `The ticket is already waiting for ${refusal.reason}.`;
    case 'NotWaiting':
      return `The ticket is not waiting for ${refusal.reason}.`;
    case 'FollowUpNeeded':
      return 'A closed ticket takes no messages or calls; open a ticket that follows it up (submitTicket with followUpOf).';
    case 'NothingProposed':
      return 'No reclassification is proposed; there is nothing to approve or reject.';
    case 'ApproverIsProposer':
      return 'The agent who proposed a reclassification cannot approve it; another agent can approve it, and you can reject it.';
    case 'NothingToWaive':
      return 'The ticket has no breach that can be waived; it has none, or all are waived.';
    case 'NoSuchBreach':
      return `Cycle ${refusal.cycle} of ${refusal.commitment} is not breached; the ticket's breaches list the cycles that are.`;
    case 'AlreadyWaived':
      return `The breach of cycle ${refusal.cycle} of ${refusal.commitment} is already waived.`;
    case 'NoWaiverProposed':
      return 'No waiver is proposed for the breach; waive it with waiveBreach if it should not count.';
    case 'ApproverIsWitness':
      return `Your event ${refusal.evidence} is the evidence for the waiver of cycle ${refusal.cycle} of ${refusal.commitment}; another agent has to approve or reject it.`;
    case 'OverrideWithoutEffect':
      return `The ticket is already ${refusal.severity}; an override has to set another severity.`;
    case 'ReclassifiedSinceWorkaround':
      return 'The ticket was reclassified after this workaround; reclassify it with its present impacts instead of withdrawing the workaround.';
    case 'OutOfOrder':
      return refusal.event === null
        ? `The time of the command is earlier than the ticket's last event; use the time of that event or a later one.`
        : `${toIso(refusal.at)} is earlier than event ${refusal.event.number} of the ticket (${refusal.event.type}, by ${refusal.event.actor.name}); use ${toIso(refusal.lastEventAt)} or a later time.`;
    case 'InTheFuture':
      return `${toIso(refusal.occurredAt)} is in the future; it is ${toIso(refusal.now)} now. Give a time that has passed, or leave occurredAt out.`;
    case 'ReasonNeeded':
      return `It happened more than ${refusal.threshold / MINUTE_MS} minutes ago, so that a reason for the late entry is needed.`;
    case 'BeyondCalendar':
      return `No deadline can be calculated: ${refusal.detail}`;
    case 'InvalidInput':
      return `${refusal.field}: ${refusal.expected}`;
    case 'NotFound':
      return `There is no ${KINDS[refusal.kind]} ${refusal.id}.`;
    case 'VersionConflict':
      return `The ticket is at version ${refusal.actual}, not ${refusal.expected}; read it again and repeat the command if it still applies.`;
    case 'IdempotencyKeyReused':
      return `The idempotency key "${refusal.key}" was used with another input; use a new key.`;
    case 'DuplicateExternalId':
      return `The client already has a ticket with externalId "${refusal.externalId}".`;
    case 'InvalidPolicy':
      return `Line ${refusal.line}, column ${refusal.column}, ${refusal.field}: ${refusal.problem}`;
    case 'UnknownPolicy':
      return `No policy "${refusal.policy}" is published; the published policies are: ${words(refusal.known)}.`;
    case 'UnknownCalendar':
      return `The policy ${refusal.policy} has no calendar "${refusal.calendar}"; it has ${words(refusal.known)}.`;
    case 'CalendarInUse':
      return `The client "${refusal.client}" uses the calendar ${refusal.calendar}, which this version of ${refusal.policy} does not have; add the calendar, or change the client's terms first.`;
    case 'CalendarEndsTooSoon':
      return `The calendar ${refusal.calendar} of ${refusal.policy} knows its dates only until ${refusal.knownUntil}, so the ${refusal.commitment} target of ${refusal.severity} cannot be computed from now; set a later year in calendars.${refusal.calendar}.holidays.horizon.to, or add later dates or weekly hours.`;
    case 'EncryptionKeyMissing':
      return refusal.detail;
    case 'TooManyWebhooks':
      return refusal.scope === 'SERVICE'
        ? `The service has ${refusal.limit} webhooks, as many as it can have; delete one that is not needed any more.`
        : `Your clients have ${refusal.limit} webhooks, as many as they can have; delete one that is not needed any more.`;
  }
}
