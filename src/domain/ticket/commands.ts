import type { Impact } from '../impact';
import type { CommitmentKind, WaitingReason } from '../policy/policy';
import type { Severity } from '../severity';
import type { Contact, TicketDetails } from './ticket-details';

export const CHANNELS = ['EXTRANET', 'EMAIL', 'PHONE'] as const;
export type Channel = (typeof CHANNELS)[number];

/** From the support organisation's side: OUTBOUND goes to the client. */
export const DIRECTIONS = ['INBOUND', 'OUTBOUND'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The input that opens a ticket. */
export interface NewTicket {
  readonly clientId: string;
  readonly subject: string;
  readonly description: string | null;
  readonly reporter: string | null;
  readonly assignee: string | null;
  readonly channel: Channel;
  /** The ticket's id in another system; unique among the tickets of its client. */
  readonly externalId: string | null;
  readonly externalUrl: string | null;
  readonly tags: readonly string[];
  /** Absent in events of before there were contacts. */
  readonly contacts?: readonly Contact[];
  readonly impacts: readonly Impact[];
  readonly followUpOf: string | null;
}

/**
 * A change to an existing ticket. The lifecycle machine defines in which states each is allowed.
 */
export type Command =
  | { readonly type: 'acknowledge' }
  | { readonly type: 'reclassify'; readonly impacts: readonly Impact[]; readonly reason: string | null }
  | {
      readonly type: 'reclassify';
      readonly override: { readonly severity: Severity; readonly reason: string };
    }
  | { readonly type: 'approveOverride'; readonly reason: string | null }
  | { readonly type: 'rejectOverride'; readonly reason: string }
  | { readonly type: 'applyWorkaround'; readonly description: string; readonly remaining: readonly Impact[] }
  | { readonly type: 'withdrawWorkaround'; readonly reason: string | null }
  | { readonly type: 'startWaiting'; readonly reason: WaitingReason }
  | { readonly type: 'stopWaiting'; readonly reason: WaitingReason }
  | {
      readonly type: 'communicate';
      readonly direction: Direction;
      readonly channel: Channel;
      readonly body: string;
      /** Present if no person wrote it for this ticket. Outbound messages only. */
      readonly automatic?: true;
    }
  | { readonly type: 'recordCall'; readonly note: string | null }
  | { readonly type: 'addNote'; readonly body: string }
  | { readonly type: 'updateTicket'; readonly details: TicketDetails }
  | { readonly type: 'resolve'; readonly resolution: string | null }
  | { readonly type: 'reopen'; readonly reason: string | null }
  | { readonly type: 'close'; readonly reason: string | null }
  | { readonly type: 'assign'; readonly assignee: string | null }
  | {
      readonly type: 'waiveBreach';
      readonly kind: CommitmentKind;
      /** The number of the breached cycle. */
      readonly cycle: number;
      readonly reason: string;
    }
  | {
      readonly type: 'approveWaiver';
      readonly kind: CommitmentKind;
      readonly cycle: number;
      /** Null for the reason of the late entry that is the evidence. */
      readonly reason: string | null;
    }
  | {
      readonly type: 'rejectWaiver';
      readonly kind: CommitmentKind;
      readonly cycle: number;
      readonly reason: string;
    };

export type CommandType = Command['type'];

/** Every command, in the order in which the transition table and `allowedActions` list them. */
const IN_ORDER: Readonly<Record<CommandType, true>> = {
  acknowledge: true,
  reclassify: true,
  approveOverride: true,
  rejectOverride: true,
  applyWorkaround: true,
  withdrawWorkaround: true,
  startWaiting: true,
  stopWaiting: true,
  communicate: true,
  recordCall: true,
  addNote: true,
  updateTicket: true,
  resolve: true,
  reopen: true,
  close: true,
  assign: true,
  waiveBreach: true,
  approveWaiver: true,
  rejectWaiver: true,
};
export const COMMAND_TYPES = Object.keys(IN_ORDER) as readonly CommandType[];
