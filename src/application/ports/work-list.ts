import type { EpochMs } from '../../domain/instant';
import type { StoredTicket } from './stored-ticket';

/**
 * Why a ticket is in the work list, the most urgent first. A ticket is in the list once, for the
 * first reason that holds.
 */
export const WORK_REASONS = [
  'OVERDUE',
  'DUE_SOON',
  'AWAITING_REPLY',
  'WAITING_TOO_LONG',
  'CALL_OUTSTANDING',
  'WAIVER_PROPOSED',
  'OVERRIDE_PROPOSED',
  'UNASSIGNED',
  'LATER',
] as const;
export type WorkReason = (typeof WORK_REASONS)[number];

/** A ticket in the work list. */
export interface WorkItem {
  readonly ticket: StoredTicket;
  readonly reason: WorkReason;
  /**
   * The instant by which the tickets of a reason are ordered. Null if the ticket has none, for
   * LATER only: nothing will be asked of it unless someone acts.
   */
  readonly at: EpochMs | null;
}

/** Whose work is listed: all that the caller sees, if no field is given. */
export interface WorkQuery {
  readonly assignee: string | null;
  readonly unassigned: boolean;
  readonly client: string | null;
}
