import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Pool } from 'pg';
import { v7 as newId } from 'uuid';
import { openCsvLog } from '../../src/adapters/import/csv-rows';
import { type Mapping, parseMapping } from '../../src/adapters/import/mapping-file';
import { stage } from '../../src/adapters/import/staging';
import { type Commit, createTicketStore } from '../../src/adapters/persistence/tickets/postgres-ticket-store';
import { DeadlineEngine } from '../../src/application/deadlines/deadline-engine';
import { planTicket } from '../../src/application/import/plan-ticket';
import { RowTally } from '../../src/application/import/row-tally';
import type { Change, Step } from '../../src/application/tickets/change';
import { createChangeTickets } from '../../src/application/tickets/change-tickets';
import { createDueTickets } from '../../src/application/tickets/record-due';
import { importRowsInto } from '../../src/compose/cli-import-command';
import type { Store } from '../../src/compose/open-store';
import type { EpochMs } from '../../src/domain/instant';
import { IMPORTER } from './actors';

/** Another tracker's log, and what it means. */
export interface Log {
  readonly file: string;
  readonly mapping: string;
}

/** What the log says of a ticket at one instant, as a change. */
interface Moment {
  readonly at: EpochMs;
  readonly change: Change;
}

const LARGEST_SET = 250;

/** Imports the log after the fact, as `stepdown import` does. */
export async function importLog(store: Store, { file, mapping }: Log): Promise<void> {
  const output = { stdout: { write: () => true }, stderr: new PassThrough().resume() };
  const { summary } = await importRowsInto(store, { file, mapping, dryRun: false, reports: null }, output);
  if (summary.failed > 0) throw new Error(`The import of ${file} left out ${summary.failed} tickets`);
}

/** How a log was replayed live. */
export interface Replayed {
  readonly tickets: number;
  readonly changes: number;
  /** How often the clock stood still for the engine. */
  readonly stops: number;
  /** The transactions that the engine committed. */
  readonly byEngine: ReadonlySet<string>;
}

/**
 * Lives the log through: an engine runs, commands are sent at their instants, and in between the
 * clock stops at every deadline, a millisecond after it, until the engine has recorded it by
 * itself. No command is sent before that.
 */
export async function replayLog(store: Store, log: Log): Promise<Replayed> {
  const { pool, policies } = store;
  const { moments, tickets, end } = await momentsOf(store, log);
  await pool.query('CREATE TABLE replay_clock (at timestamptz(3) NOT NULL)');
  await pool.query('INSERT INTO replay_clock VALUES ($1)', [new Date(moments[0]?.at ?? 0)]);
  let now: EpochMs = moments[0]?.at ?? 0;
  const moveTo = async (at: EpochMs): Promise<void> => {
    now = at;
    await pool.query({ name: 'move-clock', text: 'UPDATE replay_clock SET at = $1', values: [new Date(at)] });
  };

  const byEngine = new Set<string>();
  const faults: unknown[] = [];
  const due = createDueTickets({
    store: createTicketStore({
      pool,
      onCommitted: ({ xid }) => byEngine.add(xid),
      now: '(SELECT at FROM replay_clock)',
    }),
    policies,
    onSetAside: ({ error }) => faults.push(error),
  });
  const engine = new DeadlineEngine(due, { pollMs: 1 });
  const changeTickets = createChangeTickets({
    store: createTicketStore({
      pool,
      onCommitted: ({ nextDeadlineAt }: Commit) => {
        if (nextDeadlineAt !== null) engine.wake(nextDeadlineAt);
      },
      now: '(SELECT at FROM replay_clock)',
    }),
    clock: { now: () => now },
    policies,
  });

  let stops = 0;
  const nextDeadline = async (): Promise<EpochMs> => {
    if (faults.length > 0) throw faults[0];
    return (await due.next()).next ?? Number.POSITIVE_INFINITY;
  };
  /** Lets time pass up to an instant: what falls due strictly before it is recorded then. */
  const passTo = async (instant: EpochMs): Promise<void> => {
    for (let next = await nextDeadline(); next < instant; next = await nextDeadline()) {
      if (next >= now) {
        await moveTo(next + 1);
        stops += 1;
      } else {
        await sleep(1);
      }
    }
    await moveTo(instant);
  };

  engine.start();
  try {
    let done = 0;
    while (done < moments.length) {
      const at = moments[done]?.at ?? end;
      let until = done;
      while (until < moments.length && moments[until]?.at === at && until - done < LARGEST_SET) until += 1;
      await passTo(at);
      await changeTickets(moments.slice(done, until).map(({ change }) => change));
      done = until;
    }
    await passTo(end);
  } finally {
    await engine.close();
  }
  return { tickets, changes: moments.length, stops, byEngine };
}

/**
 * All that happens in the log, in order of time; what happens to a ticket at one instant is one
 * change.
 */
async function momentsOf(store: Store, { file, mapping: mappingFile }: Log) {
  const mapping: Mapping = parseMapping(
    await readFile(mappingFile, 'utf8'),
    mappingFile,
    await store.policies.current(null),
  );
  const client = new Client({ connectionString: store.url });
  await client.connect();
  const moments: Moment[] = [];
  try {
    const ignore = () => undefined;
    const log = await openCsvLog(file, mapping.file, Date.now());
    const staging = await stage(client, log.rows(new RowTally(ignore), ignore));
    for await (const batch of staging.batches(LARGEST_SET)) {
      for (const { externalId, rows } of batch) {
        const { opening, steps } = planTicket(externalId, rows, mapping.meaning);
        if (opening === null) continue;
        const { client: name, ...facts } = opening.row.facts;
        const { id: clientId } = await store.clients.ensureClient(name);
        const ticketId = newId();
        const change = (submit: Change['submit'], taken: readonly Step[]): Change => ({
          ticketId,
          submit,
          steps: taken,
          actor: IMPORTER,
          sees: 'ALL',
          expectedVersion: null,
          idempotency: null,
        });
        // Live: nothing says where the history ends, so its deadlines fire.
        const evidence = { notMeasured: mapping.meaning.notMeasured, observedUntil: null };
        const input = { ...facts, clientId, externalId, impacts: opening.priority.impacts, followUpOf: null };
        moments.push({ at: opening.at, change: change({ input, at: opening.at, evidence }, []) });
        for (const at of new Set(steps.map((step) => step.at))) {
          moments.push({
            at,
            change: change(
              null,
              steps.filter((step) => step.at === at),
            ),
          });
        }
      }
    }
    // The sort is stable: a ticket is opened before it takes commands of the same instant.
    moments.sort((a, b) => a.at - b.at);
    return { moments, tickets: staging.tickets, end: staging.latest[0]?.at ?? 0 };
  } finally {
    await client.end();
  }
}

/**
 * A mark or a breach as the log of events has it, in words that are the same whenever it was
 * recorded.
 */
export interface FellDue {
  readonly what: string;
  readonly cause: string | null;
  readonly xid: string;
}

/**
 * Everything that fell due, by ticket, commitment, cycle and instant; and how every ticket and its
 * cycles ended.
 */
export async function outcomeOf(pool: Pool): Promise<{ fellDue: readonly FellDue[]; tickets: readonly string[] }> {
  const { rows: fellDue } = await pool.query<FellDue>(`
    SELECT concat_ws(' ', t.external_id, e.type, e.data->>'kind', e.data->>'cycle', e.data->>'mark', e.data->>'severity',
                     e.data->'breach'->>'cause', coalesce(e.data->'breach'->>'at', extract(epoch FROM e.at)::text)) AS what,
           e.data->'breach'->>'cause' AS cause, e.xid::text AS xid
      FROM events e JOIN tickets t ON t.id = e.ticket_id
     WHERE e.type IN ('MARK_REACHED', 'COMMITMENT_BREACHED') OR e.data->>'cause' = 'SILENCE' ORDER BY 1`);
  const { rows: tickets } = await pool.query<{ what: string }>(`
    SELECT concat_ws(' ', external_id, state, severity, closed_at, (
             SELECT jsonb_agg(cycle #- '{breach,detectedAt}' ORDER BY place)
               FROM jsonb_array_elements(cycles) WITH ORDINALITY AS c (cycle, place))) AS what
      FROM tickets ORDER BY 1`);
  return { fellDue, tickets: tickets.map(({ what }) => what) };
}
