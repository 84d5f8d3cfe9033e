import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Change, Changed } from '../../../application/tickets/change-tickets';
import { type DecidedChange, decideChange } from '../../../application/tickets/decide-change';
import { sees } from '../../../application/visibility';
import { CalendarError } from '../../../domain/calendar/business-calendar';
import type { EpochMs } from '../../../domain/instant';
import type { Policy } from '../../../domain/policy/policy';
import type { Refusal } from '../../../domain/ticket/refusals';
import type { Ticket } from '../../../domain/ticket/ticket';
import type { TicketEvent } from '../../../domain/ticket/ticket-events';
import { unstorableField } from './unstorable-text';

/** What has to be known of the database before a set of changes can be decided; all of it is locked or never changes. */
export interface KnownFacts {
  readonly now: EpochMs;
  /** The tickets that are to be changed, by id. */
  readonly tickets: ReadonlyMap<string, StoredTicket>;
  readonly clients: ReadonlySet<string>;
  /** The client of each ticket that a submission follows up, by id. */
  readonly followed: ReadonlyMap<string, string>;
  /** `externalKey` of the external ids that are taken. */
  readonly taken: ReadonlySet<string>;
  /** The policy that new tickets of a client are opened under. */
  newPolicyOf(clientId: string): Policy;
  policyOf(ticket: Ticket): Policy;
}

export const externalKey = (clientId: string, externalId: string): string => `${clientId}/${externalId}`;

/** A ticket as the set leaves it. */
interface Touched {
  ticket: Ticket;
  /** Null until it is inserted. */
  readonly stored: StoredTicket | null;
  readonly policy: Policy;
  readonly events: TicketEvent[];
}

/** The outcome of one change, before the number of a new ticket is known; or the fault that it met. */
export type Outcome = Decided | { readonly fault: unknown };

export type Decided = Omit<Changed, 'ticket' | 'replayed'> & {
  readonly ticket: Ticket | null;
  /** Whether the set has recorded anything of the ticket so far. */
  readonly isRecorded: boolean;
};

/** Decides changes one after the other, each on what those before it left. Touches no database. */
export class ChangeSet {
  private readonly touched = new Map<string, Touched>();
  private readonly taken: Set<string>;

  constructor(private readonly known: KnownFacts) {
    this.taken = new Set(known.taken);
  }

  /** Never throws: an unexpected fault leaves the ticket as it was and is the change's alone. */
  apply(change: Change): Outcome {
    try {
      return change.submit === null ? this.changeExisting(change) : this.open(change, change.submit.input);
    } catch (fault) {
      if (!(fault instanceof CalendarError)) return { fault };
      const touched = this.touched.get(change.ticketId);
      const isRecorded = (touched?.events.length ?? 0) > 0;
      return {
        ...refusedAs({ code: 'BeyondCalendar', detail: fault.message }),
        ticket: touched?.ticket ?? null,
        isRecorded,
      };
    }
  }

  /** Every ticket that has something to be written, with its events in order. */
  get written(): readonly Readonly<Touched>[] {
    return [...this.touched.values()].filter(({ events }) => events.length > 0);
  }

  private open(change: Change, input: NonNullable<Change['submit']>['input']): Outcome {
    const { clientId, followUpOf, externalId } = input;
    const unstorable = unstorableField(change);
    if (unstorable !== null) return refusedAs(unstorable);
    if (!sees(change, clientId) || !this.known.clients.has(clientId)) return refusedAs(notFound('Client', clientId));
    if (followUpOf !== null) {
      const client = this.touched.get(followUpOf)?.ticket.clientId ?? this.known.followed.get(followUpOf);
      if (client === undefined || !sees(change, client)) return refusedAs(notFound('Ticket', followUpOf));
    }
    if (externalId !== null && this.taken.has(externalKey(clientId, externalId))) {
      return refusedAs({ code: 'DuplicateExternalId', externalId });
    }
    if (this.touched.has(change.ticketId)) return refusedAs(ID_TAKEN);

    const policy = this.known.newPolicyOf(clientId);
    const decided = decideChange(change, null, policy, this.known.now);
    const { ticket, refused, refusals } = decided;
    if (ticket === null || refused !== null) return { ticket: null, refused, refusals, isRecorded: false };
    this.touched.set(change.ticketId, {
      ticket,
      stored: null,
      policy,
      events: [...decided.events],
    });
    if (externalId !== null) this.taken.add(externalKey(clientId, externalId));
    return { ticket, refused, refusals, isRecorded: true };
  }

  private changeExisting(change: Change): Outcome {
    const touched = this.find(change.ticketId);
    if (touched === null || !sees(change, touched.ticket.clientId)) {
      return refusedAs(notFound('Ticket', change.ticketId));
    }
    const unstorable = unstorableField(change);
    const { ticket, events, refused, refusals }: DecidedChange =
      unstorable === null
        ? decideChange(change, touched.ticket, touched.policy, this.known.now)
        : { ticket: null, events: [], refused: unstorable, refusals: [] };
    if (refused === null && ticket !== null) {
      touched.ticket = ticket;
      touched.events.push(...events);
    }
    return { ticket: touched.ticket, refused, refusals, isRecorded: touched.events.length > 0 };
  }

  private find(id: string): Touched | null {
    const known = this.touched.get(id);
    if (known !== undefined) return known;
    const stored = this.known.tickets.get(id);
    if (stored === undefined) return null;
    const touched: Touched = { ticket: stored, stored, policy: this.known.policyOf(stored), events: [] };
    this.touched.set(id, touched);
    return touched;
  }
}

/** A refusal of the whole change, where there is no ticket to show. */
export const refusedAs = (refused: Refusal): Decided => ({ ticket: null, refused, refusals: [], isRecorded: false });

export const notFound = (kind: 'Ticket' | 'Client', id: string): Refusal => ({ code: 'NotFound', kind, id });

export const ID_TAKEN: Refusal = { code: 'InvalidInput', field: 'id', expected: 'an id that no ticket has yet' };
