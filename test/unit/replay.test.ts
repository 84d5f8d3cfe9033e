import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openCsvLog } from '../../src/adapters/import/csv-rows';
import { parseMapping } from '../../src/adapters/import/mapping-file';
import { type LogRow, planTicket } from '../../src/application/import/plan-ticket';
import { RowTally } from '../../src/application/import/row-tally';
import { tryChanges } from '../../src/application/import/try-changes';
import { judgedAt, viewCycle } from '../../src/domain/commitment/view';
import { type EpochMs, toIso } from '../../src/domain/instant';
import type { CommitmentKind } from '../../src/domain/policy/policy';
import type { Ticket } from '../../src/domain/ticket/ticket';
import { IMPORTER } from '../support/actors';
import { CIMCLOUD, NEW_TICKET } from '../support/domain';

const ROOT = join(__dirname, '../..');
const NOW = Date.parse('2026-11-23T12:00:00Z');
/** Every ticket is opened under one policy. */
const POLICIES = { current: async () => CIMCLOUD };
const mappingFile = join(ROOT, 'examples/servicenow.mapping.yaml');
const mapping = parseMapping(readFileSync(mappingFile, 'utf8'), mappingFile, CIMCLOUD);

interface ExpectedCycle {
  readonly cycle: number;
  readonly severity: string;
  readonly startedAt: string;
  readonly dueAt: string | null;
  readonly outcome: string;
  readonly endedAt: string | null;
  readonly breachedAt: string | null;
}
interface Expected {
  readonly externalId: string;
  readonly severity: string;
  readonly state: string;
  readonly cycles: Readonly<Record<'RESPONSE' | 'RESOLUTION', readonly ExpectedCycle[]>>;
  readonly reports: readonly { readonly line: number }[];
}

async function replay(file: string): Promise<ReadonlyMap<string, { ticket: Ticket; lines: readonly number[] }>> {
  const byTicket = new Map<string, LogRow[]>();
  let end = Number.NEGATIVE_INFINITY;
  const log = await openCsvLog(file, mapping.file, NOW);
  for await (const { ticket, row } of log.rows(new RowTally(fail), () => undefined)) {
    byTicket.set(ticket, [...(byTicket.get(ticket) ?? []), row]);
    end = Math.max(end, row.at ?? end);
  }
  const changeTickets = tryChanges(POLICIES, NOW);
  const replayed = await Promise.all(
    [...byTicket].map(async ([externalId, rows]) => {
      const plan = planTicket(externalId, rows, mapping.meaning);
      if (plan.opening === null) throw new Error(`${externalId} was not opened`);
      const [decided] = await changeTickets([
        {
          ticketId: externalId,
          submit: {
            input: { ...NEW_TICKET, externalId, impacts: plan.opening.priority.impacts },
            at: plan.opening.at,
            evidence: { notMeasured: mapping.meaning.notMeasured, observedUntil: end },
          },
          steps: [...plan.steps, { at: end, command: 'LET_PASS' }],
          actor: IMPORTER,
          sees: 'ALL',
          expectedVersion: null,
          idempotency: null,
        },
      ]);
      if (decided === undefined || decided.ticket === null) throw new Error(`${externalId} was refused`);
      const refused = decided.refusals.flatMap((refusal, step) =>
        refusal === null ? [] : (plan.steps[step]?.line ?? []),
      );
      const lines = new Set([...plan.reports.map(({ line }) => line), ...refused]);
      return [externalId, { ticket: decided.ticket, lines: [...lines].sort((a, b) => a - b) }] as const;
    }),
  );
  return new Map(replayed);
}

function fail(): never {
  throw new Error('a row could not be read');
}

const iso = (at: EpochMs | null): string | null => (at === null ? null : toIso(at));

const STILL_RUNNING = new Set(['AT_RISK', 'PAUSED', 'BEST_EFFORT']);

function cyclesOf(ticket: Ticket, kind: CommitmentKind): readonly ExpectedCycle[] {
  const at = judgedAt(ticket, NOW);
  return ticket.cycles
    .filter((cycle) => cycle.kind === kind)
    .map((cycle) => {
      const { status, dueAt, breach } = viewCycle(ticket, CIMCLOUD, cycle, at);
      return {
        cycle: cycle.number,
        severity: cycle.severity,
        startedAt: toIso(cycle.startedAt),
        dueAt: iso(dueAt),
        // The second model tells open cycles apart no further.
        outcome:
          cycle.end === null && STILL_RUNNING.has(status)
            ? 'RUNNING'
            : cycle.totalMs === null
              ? (cycle.end?.outcome ?? status)
              : status,
        endedAt: iso(cycle.end?.at ?? null),
        breachedAt: iso(breach?.at ?? null),
      };
    });
}

describe.each([
  ['the real log', join(ROOT, 'examples/data/incidents.csv'), 'incidents.expected.jsonl', 200],
  ['the invented log', join(ROOT, 'test/fixtures/invented-incidents.csv'), 'invented-incidents.expected.jsonl', 167],
])('%s, replayed', (_, file, expectedFile, count) => {
  it('has every due and breach instant of every cycle as the second model computed them', async () => {
    const replayed = await replay(file);
    const expected = readFileSync(join(ROOT, 'test/fixtures', expectedFile), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Expected);
    expect(replayed.size).toBe(count);
    expect(expected).toHaveLength(count);
    for (const { externalId, severity, state, cycles, reports } of expected) {
      const { ticket, lines } = replayed.get(externalId) ?? {};
      if (ticket === undefined) throw new Error(`${externalId} is missing`);
      const plain = (list: readonly ExpectedCycle[]) =>
        list.map(({ cycle, severity: of, startedAt, dueAt, outcome, endedAt, breachedAt }) => ({
          cycle,
          severity: of,
          startedAt,
          dueAt,
          outcome: outcome === 'BEST_EFFORT' || outcome === 'PAUSED' ? 'RUNNING' : outcome,
          endedAt,
          breachedAt,
        }));
      expect({
        externalId,
        severity: ticket.severity,
        state: ticket.state,
        response: cyclesOf(ticket, 'RESPONSE'),
        resolution: cyclesOf(ticket, 'RESOLUTION'),
        lines,
      }).toEqual({
        externalId,
        severity,
        state,
        response: plain(cycles.RESPONSE),
        resolution: plain(cycles.RESOLUTION),
        lines: [...new Set(reports.map(({ line }) => line))].sort((a, b) => a - b),
      });
    }
  });
});
