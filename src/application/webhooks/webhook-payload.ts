import { toIso } from '../../domain/instant';
import type { EventType } from '../../domain/ticket/ticket-events';
import { shortened } from '../../domain/value-rules';
import { eventCursorOf } from '../events/event-cursor';
import type { TicketChange } from '../events/ticket-changes';
import type { LoggedEvent } from '../ports/logged-event';
import { type MessageTicketState, stateAfter, stateBefore } from './message-ticket-state';
import { commitmentIn, severityChangeIn } from './webhook-filter';

/** The version of the body. A change that a receiver must know of makes a new one. */
export const PAYLOAD_VERSION = 1;

/** The longest text of a person in a message, in characters. Longer ones are shortened. */
export const LONGEST_TEXT = 1_000;

/** Makes the ids that the API shows. */
export type GlobalId = (type: 'Ticket' | 'Client' | 'TicketEvent' | 'Webhook', key: string) => string;

export interface EventPayload {
  readonly type: string;
  readonly timestamp: string;
  readonly version: number;
  readonly data: {
    readonly event: {
      readonly id: string;
      readonly cursor: string;
      readonly type: EventType;
      readonly number: number;
      readonly at: string;
      readonly recordedAt: string;
      readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
      readonly text: string | null;
      readonly isTextShortened: boolean;
      /** Why it was recorded later than it happened; null if that was not said. */
      readonly lateReason: string | null;
    };
    readonly ticket: {
      readonly id: string;
      readonly number: number;
      readonly clientId: string;
      readonly subject: string;
      readonly externalId: string | null;
      readonly externalUrl: string | null;
      readonly openedAt: string;
    };
    readonly previous: MessageTicketState | null;
    readonly current: MessageTicketState;
    readonly severityChange: { readonly from: string; readonly to: string; readonly cause: string } | null;
    readonly commitment: { readonly kind: string; readonly cycle: number } | null;
  };
}

/** `ACKNOWLEDGED` as `ticket.acknowledged`, `COMMITMENT_BREACHED` as `commitment.breached`. */
export const messageTypeOf = (type: EventType): string => OF_COMMITMENTS[type] ?? `ticket.${type.toLowerCase()}`;

const OF_COMMITMENTS: { readonly [Type in EventType]?: string } = {
  COMMITMENT_BREACHED: 'commitment.breached',
  MARK_REACHED: 'commitment.mark_reached',
  BREACH_WAIVED: 'commitment.breach_waived',
  WAIVER_APPROVED: 'commitment.waiver_approved',
  WAIVER_REJECTED: 'commitment.waiver_rejected',
};

/** Identifies an event in messages and in the API, for every attempt and every endpoint. */
export const eventIdOf = ({ ticketId, number }: Pick<LoggedEvent, 'ticketId' | 'number'>, id: GlobalId): string =>
  id('TicketEvent', `${ticketId}/${number}`);

/** The body of a message about an event. Its length is bounded by the rules of its texts. */
export function eventPayload(change: TicketChange, id: GlobalId): EventPayload {
  const { event, after } = change;
  const text = textOf(event);
  const short = text === null ? null : shortened(text, LONGEST_TEXT);
  const severity = severityChangeIn(event);
  return {
    type: messageTypeOf(event.type),
    timestamp: toIso(event.at),
    version: PAYLOAD_VERSION,
    data: {
      event: {
        id: eventIdOf(event, id),
        cursor: eventCursorOf(event.position),
        type: event.type,
        number: event.number,
        at: toIso(event.at),
        recordedAt: toIso(event.recordedAt),
        actor: { kind: event.actor.kind, id: event.actor.id, name: event.actor.name },
        text: short,
        isTextShortened: short !== text,
        lateReason: event.lateReason === undefined ? null : shortened(event.lateReason, LONGEST_TEXT),
      },
      ticket: {
        id: id('Ticket', after.id),
        number: after.number,
        clientId: id('Client', after.clientId),
        subject: after.subject,
        externalId: after.externalId,
        externalUrl: after.externalUrl,
        openedAt: toIso(after.openedAt),
      },
      previous: stateBefore(change),
      current: stateAfter(change),
      severityChange: severity === null ? null : { from: severity.from, to: severity.to, cause: severity.cause },
      commitment: commitmentIn(event),
    },
  };
}

/** What a person wrote with the event: a message, a note, a reason; null if nothing. */
export function textOf(event: LoggedEvent): string | null {
  switch (event.type) {
    case 'SUBMITTED':
      return event.description;
    case 'WORKAROUND_APPLIED':
      return event.workaround.description;
    case 'OVERRIDE_PROPOSED':
      return event.proposal.reason;
    case 'BREACH_WAIVED':
    case 'WAIVER_APPROVED':
      return event.waiver.reason;
    case 'WAIVER_REJECTED':
      return event.rejection.reason;
    case 'COMMUNICATED':
    case 'NOTE_ADDED':
      return event.body;
    case 'CALL_RECORDED':
      return event.note;
    case 'RESOLVED':
      return event.resolution;
    case 'RECLASSIFIED':
    case 'OVERRIDE_APPROVED':
    case 'OVERRIDE_REJECTED':
    case 'WORKAROUND_WITHDRAWN':
    case 'REOPENED':
    case 'CLOSED':
      return event.reason;
    default:
      return null;
  }
}
