import type { Audience, Consequence } from '../impact';
import type { EpochMs } from '../instant';
import type { CommitmentKind, WaitingReason } from '../policy/policy';
import type { Severity } from '../severity';
import type { CommandType } from './commands';
import type { TicketState } from './ticket';

/** Why a command was not carried out. Refusals are values: nothing of the command has happened. */
export type Refusal =
  | {
      readonly code: 'IllegalTransition';
      readonly state: TicketState;
      readonly command: CommandType;
      readonly allowed: readonly CommandType[];
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
  | { readonly code: 'OverrideWithoutEffect'; readonly severity: Severity }
  | { readonly code: 'ReclassifiedSinceWorkaround'; readonly appliedAt: EpochMs }
  | { readonly code: 'OutOfOrder'; readonly at: EpochMs; readonly lastEventAt: EpochMs }
  | { readonly code: 'BeyondCalendar'; readonly detail: string }
  | { readonly code: 'InvalidInput'; readonly field: string; readonly expected: string }
  | { readonly code: 'NotFound'; readonly kind: 'Ticket' | 'Client'; readonly id: string }
  | { readonly code: 'VersionConflict'; readonly expected: number; readonly actual: number }
  | { readonly code: 'IdempotencyKeyReused'; readonly key: string }
  | { readonly code: 'DuplicateExternalId'; readonly externalId: string }
  | {
      readonly code: 'InvalidPolicy';
      /** Where in the policy's text, both counted from 1. */
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
      /** The name of the client whose terms name the calendar. */
      readonly client: string;
    };

export type RefusalCode = Refusal['code'];

const words = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(', '));

/** One sentence for people: what was refused and what would be accepted. */
export function explainRefusal(refusal: Refusal): string {
  switch (refusal.code) {
    case 'IllegalTransition':
      return `A ticket that is ${refusal.state} does not take ${refusal.command}; it takes ${words(refusal.allowed)}.`;
    case 'ContradictoryImpact':
      return `${refusal.audience} with ${refusal.consequence} contradicts itself: no clause of the policy covers the pair. State who is hit and what they cannot do.`;
    case 'SeverityNotLowered':
      return `A workaround at ${refusal.before} has to lower the severity; what remains still classifies as ${refusal.after}.`;
    case 'ImpactNotLowered':
      return refusal.sameImpacts
        ? `A workaround has to change the impact; the impacts that remain are the same as before.`
        : `A workaround at ${refusal.before} must not raise the severity; what remains classifies as ${refusal.after}.`;
    case 'AlreadyAcknowledged':
      return 'The ticket is acknowledged already; that happens once.';
    case 'AlreadyWaiting':
      return `The ticket waits for ${refusal.reason} already.`;
    case 'NotWaiting':
      return `The ticket does not wait for ${refusal.reason}.`;
    case 'NothingProposed':
      return 'No lowering of the severity is proposed; there is nothing to approve or reject.';
    case 'ApproverIsProposer':
      return 'Whoever proposed a lowering cannot approve it; another agent has to, or you reject it.';
    case 'NothingToWaive':
      return 'The ticket has no breach that is not waived already.';
    case 'NoSuchBreach':
      return `Cycle ${refusal.cycle} of ${refusal.commitment} is not breached; the ticket's breaches say which are.`;
    case 'AlreadyWaived':
      return `The breach of cycle ${refusal.cycle} of ${refusal.commitment} is waived already.`;
    case 'OverrideWithoutEffect':
      return `The ticket is ${refusal.severity} already; an override sets another severity.`;
    case 'ReclassifiedSinceWorkaround':
      return 'The ticket was reclassified after this workaround; reclassify it by its present impacts instead of withdrawing.';
    case 'OutOfOrder':
      return `The command's instant is earlier than the ticket's last event; use that event's instant or a later one.`;
    case 'BeyondCalendar':
      return `No deadline can be given: ${refusal.detail}`;
    case 'InvalidInput':
      return `${refusal.field}: ${refusal.expected}`;
    case 'NotFound':
      return `There is no ${refusal.kind.toLowerCase()} ${refusal.id}.`;
    case 'VersionConflict':
      return `The ticket is at version ${refusal.actual}, not ${refusal.expected}; read it again and decide anew.`;
    case 'IdempotencyKeyReused':
      return `The idempotency key "${refusal.key}" was used with another input; use a new key.`;
    case 'DuplicateExternalId':
      return `The client has a ticket with externalId "${refusal.externalId}" already.`;
    case 'InvalidPolicy':
      return `Line ${refusal.line}, column ${refusal.column}, ${refusal.field}: ${refusal.problem}`;
    case 'UnknownPolicy':
      return `No policy "${refusal.policy}" is published; there is ${words(refusal.known)}.`;
    case 'UnknownCalendar':
      return `The policy ${refusal.policy} has no calendar "${refusal.calendar}"; it has ${words(refusal.known)}.`;
    case 'CalendarInUse':
      return `The client "${refusal.client}" counts on the calendar ${refusal.calendar}, which this version of ${refusal.policy} lacks; keep it in, or change the client's terms first.`;
  }
}
