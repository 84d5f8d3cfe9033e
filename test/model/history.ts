import type { Kind } from './policy';

/** An instant: milliseconds since the epoch. */
export type Instant = number;

/** What goes into the model: how a ticket was opened, and every command after it. */
export interface History {
  readonly opening: Opening;
  /** In the order of recording: `recordedAt` never decreases, and none is before the opening's. */
  readonly entries: readonly Entry[];
}

/** When something was entered, when it happened, who entered it, and why it was entered late. */
export interface Recorded {
  readonly recordedAt: Instant;
  /** Null where the caller does not say: it happened when it was recorded. */
  readonly occurredAt: Instant | null;
  /** A person's name. Two names are two agents. */
  readonly by: string;
  readonly reason: string | null;
}

export interface Opening extends Recorded {
  readonly impacts: readonly Impact[];
  readonly channel: 'EXTRANET' | 'EMAIL' | 'PHONE';
  readonly details: Details;
}

/** The fields that `updateTicket` changes. */
export interface Details {
  readonly subject: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly reporter: string | null;
  readonly contacts: readonly Contact[];
  readonly externalUrl: string | null;
}

export interface Contact {
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly role: string | null;
}

/** The codes of a policy's facts. Two impacts with the same codes are the same impact. */
export interface Impact {
  readonly audience: string;
  readonly consequence: string;
}

export interface Entry extends Recorded {
  readonly command: Command;
}

export type WaitingReason = 'CLIENT' | 'THIRD_PARTY' | 'OTHER_TICKET';

/** Names a cycle: its commitment and its number, which starts with 1 in each commitment. */
export interface CycleName {
  readonly commitment: Kind;
  readonly cycle: number;
}

export type Command =
  | { readonly kind: 'acknowledge' }
  /** New impacts; or an override with its reason. */
  | { readonly kind: 'reclassify'; readonly impacts: readonly Impact[] }
  | { readonly kind: 'reclassify'; readonly override: string; readonly why: string }
  | { readonly kind: 'approveOverride' }
  | { readonly kind: 'rejectOverride' }
  /** `remaining` are the impacts that the workaround leaves. */
  | { readonly kind: 'applyWorkaround'; readonly remaining: readonly Impact[] }
  | { readonly kind: 'withdrawWorkaround' }
  /** `until` is the chase date: the engine reports when it comes; the ticket goes on waiting. */
  | { readonly kind: 'startWaiting'; readonly reason: WaitingReason; readonly until: Instant | null }
  | { readonly kind: 'stopWaiting'; readonly reason: WaitingReason }
  | { readonly kind: 'communicate'; readonly direction: 'INBOUND' | 'OUTBOUND'; readonly automatic: boolean }
  | { readonly kind: 'recordCall' }
  | { readonly kind: 'resolve' }
  | { readonly kind: 'reopen' }
  /** `why` is needed where the ticket is not resolved: it is closed as cancelled. */
  | { readonly kind: 'close'; readonly why: string | null }
  | { readonly kind: 'assign'; readonly agent: string | null }
  | ({ readonly kind: 'waiveBreach'; readonly why: string } & CycleName)
  | ({ readonly kind: 'approveWaiver' } & CycleName)
  | ({ readonly kind: 'rejectWaiver' } & CycleName)
  | { readonly kind: 'addNote'; readonly text: string }
  /** Only the fields that are there change. */
  | { readonly kind: 'updateTicket'; readonly changes: Partial<Details> };

export type CommandKind = Command['kind'];

/** When it really happened. Clocks go by it. */
export function happenedAt({ occurredAt, recordedAt }: Recorded): Instant {
  return occurredAt ?? recordedAt;
}

/** An outbound communication that a person wrote: it fulfils and answers. */
export function isReply(command: Command): boolean {
  return command.kind === 'communicate' && command.direction === 'OUTBOUND' && !command.automatic;
}
