import { describe, expect, it } from '@jest/globals';
import type { Answer, CycleAnswer } from '../model/answer';
import type { History, Instant } from '../model/history';
import { ask, type Played, play } from '../model/model';
import { policyOf, readPolicy } from '../model/policy';
import { policyVariant, VARIANT_NAMES } from '../model/policy-variants';
import { randomHistories } from '../model/random-history';

/** `MODEL_HISTORIES=10000 npx jest --selectProjects unit -t '' model-random` for more. */
const COUNT = Number(process.env.MODEL_HISTORIES ?? 200);
const SEED = Number(process.env.MODEL_SEED ?? 1);
const DAY_MS = 86_400_000;

const FILES = ['cimcloud', 'gitlab-support', 'aws-support'];
const cimcloud = readPolicy('policies/cimcloud.yaml');

/** A history, and its ticket at each moment that something was entered, as it was known then. */
interface PlayedHistory {
  readonly played: Played;
  readonly answers: readonly Answer[];
}

function playAll(name: string): PlayedHistory[] {
  const policy = FILES.includes(name) ? readPolicy(`policies/${name}.yaml`) : policyOf(policyVariant(name));
  const count = name === 'cimcloud' ? COUNT : Math.ceil(COUNT / 20);
  return randomHistories(policy, SEED, count).map((history) => {
    const played = play(policy, history);
    return { played, answers: moments(history).flatMap((at) => ask(played, { asOf: at, knownAt: at }) ?? []) };
  });
}

function moments({ opening, entries }: History): Instant[] {
  const recorded = entries.map(({ recordedAt }) => recordedAt);
  return [opening.recordedAt, ...recorded, (recorded.at(-1) ?? opening.recordedAt) + DAY_MS];
}

function breaches({ cycles }: Answer): string[] {
  return cycles.flatMap(({ kind, number, breach }) =>
    breach ? [`${kind} ${number} ${breach.at} ${breach.cause}`] : [],
  );
}

function isRight(cycle: CycleAnswer, previous: CycleAnswer | undefined): boolean {
  const { kind, number, startedAt, dueAt, status, breach } = cycle;
  const isNumbered = number === (previous?.kind === kind ? previous.number + 1 : 1);
  const isDueLater = dueAt === null || dueAt >= startedAt;
  const isLate = status === 'FULFILLED_LATE' || status === 'BREACHED';
  return (
    isNumbered &&
    isDueLater &&
    isLate === (breach !== null) &&
    (breach?.cause !== 'OVERDUE' || dueAt === null || breach.at <= dueAt)
  );
}

describe('the model, over random histories', () => {
  const stories = new Map([...FILES, ...VARIANT_NAMES].map((name) => [name, playAll(name)]));

  for (const [name, all] of stories) {
    it(`never takes a breach back (${name})`, () => {
      const lost = all.flatMap(({ answers }) =>
        answers.flatMap((answer, index) => {
          const before = answers[index - 1];
          const now = breaches(answer);
          return before === undefined ? [] : breaches(before).filter((breach) => !now.includes(breach));
        }),
      );
      expect(lost).toEqual([]);
    });

    it(`runs at most one cycle of a kind, and none once it is resolved (${name})`, () => {
      const wrong = all
        .flatMap(({ answers }) => answers)
        .filter(({ cycles, state, waiting }) => {
          const running = cycles.filter(({ end }) => end === null).map(({ kind }) => kind);
          if (new Set(running).size < running.length) return true;
          return (state === 'resolved' || state === 'closed') && running.length + waiting.length > 0;
        });
      expect(wrong).toEqual([]);
    });

    it(`numbers cycles from 1, starts them before they are due, and is late only with a breach (${name})`, () => {
      const wrong = all
        .flatMap(({ answers }) => answers)
        .flatMap(({ cycles }) => cycles.filter((cycle, index) => !isRight(cycle, cycles[index - 1])));
      expect(wrong).toEqual([]);
    });

    it(`knows at a moment what it knows without the entries after it (${name})`, () => {
      for (const { played } of all) {
        const { policy, history, verdicts } = played;
        const half = Math.floor(history.entries.length / 2);
        const entries = history.entries.slice(0, half);
        const prefix = play(policy, { ...history, entries });
        expect(prefix.verdicts).toEqual(verdicts.slice(0, half));
        const next = history.entries[half]?.recordedAt ?? 0;
        const at = next - 1;
        if (at < (entries.at(-1)?.recordedAt ?? next)) continue;
        expect(ask(played, { asOf: at, knownAt: at })).toEqual(ask(prefix, { asOf: at, knownAt: at }));
      }
    });
  }

  it('has the same histories for the same seed, each at most 25 entries', () => {
    expect(randomHistories(cimcloud, 5, 3)).toEqual(randomHistories(cimcloud, 5, 3));
    expect(randomHistories(cimcloud, 5, 3)).not.toEqual(randomHistories(cimcloud, 6, 3));
  });

  it('has most entries accepted, and every command, refusal and ending somewhere', () => {
    const all = stories.get('cimcloud') ?? [];
    const verdicts = all.flatMap(({ played }) => played.verdicts);
    expect(verdicts.filter(({ accepted }) => accepted).length / verdicts.length).toBeGreaterThan(0.7);
    const accepted = all.flatMap(({ played }) =>
      played.history.entries.filter((_, index) => played.verdicts[index]?.accepted).map(({ command }) => command.kind),
    );
    expect([...new Set(accepted)].sort()).toEqual(COMMANDS);
    const codes = verdicts.flatMap((verdict) => (verdict.accepted ? [] : [verdict.code]));
    expect([...new Set(codes)].sort()).toEqual(CODES);
    const cycles = all.flatMap(({ answers }) => answers.at(-1)?.cycles ?? []);
    expect([...new Set(cycles.flatMap(({ end }) => end?.outcome ?? []))].sort()).toEqual(OUTCOMES);
    expect(cycles.some(({ breach }) => breach?.cause === 'RECLASSIFIED')).toBe(true);
    expect(cycles.some(({ breach }) => breach?.proposed)).toBe(true);
    expect(cycles.some(({ breach }) => breach?.waived?.evidence)).toBe(true);
  });
});

const COMMANDS = [
  ...['acknowledge', 'addNote', 'applyWorkaround', 'approveOverride', 'approveWaiver', 'assign', 'close'],
  ...['communicate', 'reclassify', 'recordCall', 'rejectOverride', 'rejectWaiver', 'reopen', 'resolve'],
  ...['startWaiting', 'stopWaiting', 'updateTicket', 'waiveBreach', 'withdrawWorkaround'],
];

const CODES = [
  ...['AlreadyAcknowledged', 'AlreadyWaiting', 'AlreadyWaived', 'ContradictoryImpact', 'FollowUpNeeded'],
  ...['IllegalTransition', 'ImpactNotLowered', 'InTheFuture', 'NoImpacts', 'NoSuchBreach', 'NotWaiting'],
  ...[
    'NothingProposed',
    'OutOfOrder',
    'OverrideWithoutEffect',
    'ReasonNeeded',
    'ReclassifiedSince',
    'SameAgent',
    'SeverityNotLowered',
  ],
  ...['UnknownCode', 'UnknownSeverity'],
];

const OUTCOMES = ['BREACHED', 'CANCELLED', 'FULFILLED', 'FULFILLED_LATE', 'SUPERSEDED'];
