import type { CommitmentStatus } from '../../domain/commitment/view';
import type { Audience, Consequence } from '../../domain/impact';
import type { EpochMs } from '../../domain/instant';
import type { CommitmentKind, WaitingReason } from '../../domain/policy/policy';
import type { Severity } from '../../domain/severity';
import type { Channel } from '../../domain/ticket/commands';
import type { TicketState } from '../../domain/ticket/ticket';

export interface Comparator<T> {
  readonly eq?: T | null;
  readonly in?: readonly T[];
  readonly nin?: readonly T[];
  readonly lt?: T;
  readonly lte?: T;
  readonly gt?: T;
  readonly gte?: T;
  readonly isNull?: boolean;
}

/** All conditions that are given must hold. Instants are epoch milliseconds. */
export interface TicketFilter {
  readonly and?: readonly TicketFilter[];
  readonly or?: readonly TicketFilter[];
  readonly not?: TicketFilter;
  readonly client?: Comparator<string>;
  readonly number?: Comparator<number>;
  readonly externalId?: Comparator<string>;
  readonly state?: Comparator<TicketState>;
  readonly severity?: Comparator<Severity>;
  readonly initialSeverity?: Comparator<Severity>;
  readonly clause?: Comparator<string>;
  /** The audiences of the impacts, compared as tags are. */
  readonly audience?: Comparator<Audience>;
  /** The consequences of the impacts, compared as tags are. */
  readonly consequence?: Comparator<Consequence>;
  readonly channel?: Comparator<Channel>;
  readonly assignee?: Comparator<string>;
  readonly reporter?: Comparator<string>;
  /**
   * Holds if one of the tags matches; `nin` holds if none of the tags is in the list. `isNull:
   * true` matches a ticket without tags.
   */
  readonly tag?: Comparator<string>;
  /** The reasons for which the ticket waits now, compared as tags are. */
  readonly waiting?: Comparator<WaitingReason>;
  /**
   * Words that each are contained in the subject, the description, the reporter, the external id, a
   * tag, a message, a note, the note of a call or a resolution.
   */
  readonly text?: string;
  readonly openedAt?: Comparator<EpochMs>;
  readonly acknowledgedAt?: Comparator<EpochMs>;
  readonly respondedAt?: Comparator<EpochMs>;
  readonly workaroundAppliedAt?: Comparator<EpochMs>;
  readonly callRecordedAt?: Comparator<EpochMs>;
  readonly resolvedAt?: Comparator<EpochMs>;
  readonly closedAt?: Comparator<EpochMs>;
  readonly awaitingReplySince?: Comparator<EpochMs>;
  readonly createdAt?: Comparator<EpochMs>;
  readonly lastEventAt?: Comparator<EpochMs>;
  readonly updatedAt?: Comparator<EpochMs>;
  /** The earliest due instant of the running commitments. */
  readonly nextDeadlineAt?: Comparator<EpochMs>;
  /**
   * Holds if the status of the kind, or of any kind, matches at the time of the request; `nin`
   * holds if no status is in the list.
   */
  readonly slaStatus?: { readonly kind?: CommitmentKind; readonly status: Comparator<CommitmentStatus> };
  readonly isBreached?: boolean;
  readonly waiverProposed?: boolean;
}

export const TICKET_ORDERS = [
  'NUMBER',
  'OPENED_AT',
  'LAST_EVENT_AT',
  'UPDATED_AT',
  'RESOLVED_AT',
  'CLOSED_AT',
  'SEVERITY',
  'NEXT_DEADLINE_AT',
  'AWAITING_REPLY_SINCE',
] as const;

/** The orders that no index gives: all tickets that match are sorted. */
const SORTED_ORDERS: ReadonlySet<string> = new Set<(typeof TICKET_ORDERS)[number]>([
  'RESOLVED_AT',
  'CLOSED_AT',
  'SEVERITY',
]);

/** Whether a page of a list can read every ticket, because no index gives it. */
export const isScan = (hasFilter: boolean, orderedBy: string): boolean => hasFilter || SORTED_ORDERS.has(orderedBy);

export interface TicketOrder {
  readonly by: (typeof TICKET_ORDERS)[number];
  readonly direction: 'ASC' | 'DESC';
}

/**
 * The index of texts or names is not complete yet, so a search would not find everything. It is
 * being completed; this takes some minutes after the upgrade of a large database.
 */
export class SearchIndexBehind extends Error {
  override readonly name = 'SearchIndexBehind';
  constructor() {
    super('The search index is being built and is not complete yet. Try again in a minute.');
  }
}

/** A filter that is nested too deeply, or that has a value out of range. */
export class InvalidFilter extends Error {
  override readonly name = 'InvalidFilter';
}
