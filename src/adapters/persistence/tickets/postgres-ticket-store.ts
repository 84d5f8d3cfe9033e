import type { Pool } from 'pg';
import {
  externalIdKey,
  type References,
  type Saving,
  type TakenTicket,
  type TicketRecord,
  type TicketStore,
  type TicketTransaction,
} from '../../../application/ports/ticket-store';
import { type EpochMs, least } from '../../../domain/instant';
import { isUuid } from '../../../domain/text';
import type { NewTicket } from '../../../domain/ticket/commands';
import { isDataError, isStoreFault } from '../database/database-errors';
import { type LaneName, lanesOf } from '../database/lanes';
import { readRows, rowsOf } from '../database/sql';
import { type Transaction, transact } from '../database/transact';
import { comparisonKey } from '../search/comparison-key';
import { setAside } from './deadline-faults';
import { eventRowOf } from './event-row';
import { claimKeys, keyRowOf, releaseKeys } from './idempotency-keys';
import { lastActsOf } from './last-acts';
import { milestoneRowsOf, outcomeRowsOf } from './report-fact-rows';
import { insertSubmission } from './statements/insert-submission';
import { type LockedRow, lockTickets } from './statements/lock-tickets';
import { INSERT_TICKETS, SAVE_TICKETS, SAVE_TIME, TIME_EVENTS } from './statements/save-tickets';
import { type ReferenceRow, SUBMISSION_REFERENCES } from './statements/submission-references';
import { dueStatements, type TakenRow } from './statements/take-due';
import { traceOfChange } from './statements/trace-of-change';
import { foldsAtVersions } from './ticket-history';
import { externalIdRowsOf, rowOf, ticketOf, timeRowOf } from './ticket-row';

/** A committed transaction that recorded events. */
export interface Commit {
  /** The number of the transaction. */
  readonly xid: string;
  /** The earliest next deadline of the saved tickets; null if none has one. */
  readonly nextDeadlineAt: EpochMs | null;
}

/** A ticket with new events that are committed. */
export interface RecordedTicket {
  readonly number: number;
  readonly record: TicketRecord;
}

export interface TicketStoreDeps {
  readonly pool: Pool;
  /** The connections that it uses; those of `changes` by default. */
  readonly lane?: LaneName;
  /** Called after each commit that recorded events, before the caller gets the answer. */
  readonly onCommitted: (commit: Commit) => void;
  /** Called after each commit with the tickets that got events. */
  readonly onRecorded?: ((tickets: readonly RecordedTicket[]) => void) | undefined;
  /**
   * The current instant for commands and deadlines, as an SQL expression in whole milliseconds. By
   * default the clock of the database.
   */
  readonly now?: string;
}

/** The statements that read the clock. */
interface TimedStatements {
  readonly due: ReturnType<typeof dueStatements>;
  readonly lock: ReturnType<typeof lockTickets>;
}

export function createTicketStore(deps: TicketStoreDeps): TicketStore {
  const { pool, lane = 'changes', onCommitted, onRecorded, now } = deps;
  const own = lanesOf(pool)[lane];
  const due = dueStatements(now);
  const timed = { due, lock: lockTickets(now) };
  return {
    transact: async (work, options) => {
      const { result, commit, recorded } = await transact(
        pool,
        async (tx) => {
          const transaction = new PostgresTicketTransaction(tx, timed);
          const done = await work(transaction);
          return { result: done, commit: transaction.commit, recorded: transaction.recorded };
        },
        { ...options, scope: options, lane },
      );
      if (commit !== null) onCommitted(commit);
      if (recorded.length > 0) onRecorded?.(recorded);
      return result;
    },
    insertOne: async (record, answer, options) => {
      const inserted = await insertSubmission(own, record, answer, options);
      if (inserted === null) return null;
      const { number, xid } = inserted;
      if (xid !== null) onCommitted({ xid, nextDeadlineAt: record.clocks.nextDeadlineAt });
      onRecorded?.([{ number, record }]);
      return number;
    },
    findDue: async () => (await readRows<{ id: string }>(own.ownWork, due.find)).map(({ id }) => id),
    setAside: (faults) => setAside(own.ownWork, due.clock, faults),
    nextDeadline: async () => {
      const [row] = await readRows<{ now: EpochMs; next: EpochMs | null }>(own.ownWork, due.next);
      if (row === undefined) throw new Error('The database did not return the time');
      return row;
    },
    isRejection: isDataError,
    isStoreFault,
  };
}

/** One attempt at a transaction. */
class PostgresTicketTransaction implements TicketTransaction {
  /** Null until events are recorded. */
  commit: Commit | null = null;
  recorded: readonly RecordedTicket[] = [];
  private numbers: ReadonlyMap<string, number> = new Map();
  private nextDeadlineAt: EpochMs | null = null;

  constructor(
    private readonly tx: Transaction,
    private readonly timed: TimedStatements,
  ) {}

  claimKeys: TicketTransaction['claimKeys'] = (claims, now) => claimKeys(this.tx, claims, now);
  releaseKeys: TicketTransaction['releaseKeys'] = (claims) => releaseKeys(this.tx, claims);
  lastActs: TicketTransaction['lastActs'] = (ids) => lastActsOf(this.tx, ids);
  fromLog: TicketTransaction['fromLog'] = (tickets) => foldsAtVersions(this.tx, tickets);
  setAside: TicketTransaction['setAside'] = (faults) => setAside(this.tx, this.timed.due.clock, faults);

  lock: TicketTransaction['lock'] = async (ids) => {
    const known = [...new Set(ids)].filter(isUuid);
    if (known.length === 0) return { tickets: new Map(), at: null };
    const rows = await rowsOf<LockedRow>(this.tx, { ...this.timed.lock, values: [known] });
    return { tickets: new Map(rows.map((row) => [row.id, ticketOf(row)])), at: rows.at(-1)?.locked_at ?? null };
  };

  async loadReferences(inputs: readonly NewTicket[]): Promise<References> {
    if (inputs.length === 0) return { clients: new Set(), followed: new Map(), taken: new Set() };
    const clientIds = inputs.map(({ clientId }) => clientId).filter(isUuid);
    const followed = inputs.flatMap(({ followUpOf }) =>
      followUpOf !== null && isUuid(followUpOf) ? [followUpOf] : [],
    );
    const named = inputs.filter(({ clientId, externalId }) => externalId !== null && isUuid(clientId));
    const rows = await rowsOf<ReferenceRow>(this.tx, {
      ...SUBMISSION_REFERENCES,
      values: [
        [...new Set(clientIds)],
        [...new Set(followed)],
        named.map(({ clientId }) => clientId),
        named.map(({ externalId }) => externalId),
        named.map(({ externalId }) => comparisonKey(externalId ?? '')),
      ],
    });
    const found = (kind: ReferenceRow['what']) => rows.filter(({ what }) => what === kind);
    return {
      clients: new Set(found('client').map(({ a }) => a)),
      followed: new Map(found('followed').map(({ a, b }) => [a, b])),
      taken: new Set(found('taken').map(({ a, b }) => externalIdKey(a, b))),
    };
  }

  async insert(records: readonly TicketRecord[]): Promise<ReadonlyMap<string, number>> {
    if (records.length === 0) return new Map();
    const inserted = await rowsOf<{ id: string; number: number }>(this.tx, {
      ...INSERT_TICKETS,
      values: [
        JSON.stringify(records.map((record) => ({ ...rowOf(record), number: record.number }))),
        JSON.stringify(records.flatMap(externalIdRowsOf)),
      ],
    });
    this.numbers = new Map(inserted.map(({ id, number }) => [id, number]));
    return this.numbers;
  }

  async save({ opened, changed, answers, now }: Saving): Promise<void> {
    const isByTime = (record: TicketRecord): boolean => record.events.every(({ type }) => TIME_EVENTS.includes(type));
    const byTime = changed.filter(isByTime);
    const byCommand = changed.filter((record) => !isByTime(record));
    const keys = answers.map((answer) => keyRowOf(answer, now));
    if (byTime.length > 0) await this.saveWith(SAVE_TIME, byTime.map(timeRowOf), byTime, []);
    if (byCommand.length + opened.length + keys.length > 0) {
      await this.saveWith(SAVE_TICKETS, byCommand.map(rowOf), [...opened, ...byCommand], keys, byCommand);
    }
    this.recorded = [...opened, ...changed]
      .filter(({ events }) => events.length > 0)
      .map((record) => ({ number: record.stored?.number ?? this.numbers.get(record.ticket.id) ?? 0, record }));
  }

  private async saveWith(
    statement: typeof SAVE_TICKETS,
    rows: readonly unknown[],
    records: readonly TicketRecord[],
    keys: readonly ReturnType<typeof keyRowOf>[],
    existing: readonly TicketRecord[] = records,
  ): Promise<void> {
    const events = records.flatMap(({ ticket, events: happened, recordedAt }) =>
      happened.map((event) => eventRowOf(event, ticket.clientId, recordedAt)),
    );
    const [row] = await rowsOf<{ xid: string }>(this.tx, {
      ...statement,
      values: [
        JSON.stringify(rows),
        JSON.stringify(events),
        JSON.stringify(keys),
        JSON.stringify(records.flatMap(outcomeRowsOf)),
        JSON.stringify(records.flatMap(milestoneRowsOf)),
        existing.map(({ ticket }) => ticket.id),
      ],
    });
    if (row === undefined) throw new Error('The database did not number the transaction');
    this.tx.identify(row.xid, traceOfChange(row.xid, events, keys));
    this.nextDeadlineAt = least([this.nextDeadlineAt, ...records.map(({ clocks }) => clocks.nextDeadlineAt)]);
    if (events.length === 0 && this.commit === null) return;
    this.commit = { xid: row.xid, nextDeadlineAt: this.nextDeadlineAt };
  }

  async takeDue(ids: readonly string[] | null): Promise<readonly TakenTicket[]> {
    const statement = ids === null ? this.timed.due.take : { ...this.timed.due.takeSome, values: [ids] };
    const rows = await rowsOf<TakenRow>(this.tx, statement);
    return rows.map((row) => ({ ticket: ticketOf(row), dueAt: row.due_at, takenAt: row.taken_at }));
  }

  async now(): Promise<EpochMs> {
    const [row] = await rowsOf<{ now: EpochMs }>(this.tx, this.timed.due.present);
    if (row === undefined) throw new Error('The database did not return the time');
    return row.now;
  }
}
