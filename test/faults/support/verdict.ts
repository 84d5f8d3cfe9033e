import { FAULT_CODES } from '../../../src/adapters/graphql/errors';
import { type Figures, mostInWindow, quantile } from './figures';
import { type AnsweredMutation, checkHistory, type LogEntry, type Outage } from './history';
import type { FailedAttempts } from './keyed-mutation';

/** What a run has left to judge. A {@link FaultCluster} has most of it. */
export interface Run {
  readonly load: {
    readonly answered: readonly AnsweredMutation[];
    /** The instant of `performance.now()` of each answer. */
    readonly answeredAt: readonly number[];
    readonly failures: FailedAttempts;
  };
  readonly recorders: readonly {
    readonly name: string;
    readonly ids: readonly string[];
    readonly reconnections: number;
    readonly failure: string | null;
  }[];
  readonly sink: { readonly ids: readonly string[]; readonly unsigned: number };
  readonly replicas: readonly { readonly name: string; readonly crashes: number }[];
  readonly outages: readonly Outage[];
  readonly log: readonly LogEntry[];
  /** How long clients were served. */
  readonly seconds: number;
  readonly mostLateMs: number;
}

export interface Verdict {
  /** What was violated; empty if nothing was. */
  readonly violations: readonly string[];
  readonly figures: Figures;
}

/** The rate of the clients is that of the best time of this length, as faults interrupt it. */
const BEST_MS = 5_000;
/**
 * Clients change the same tickets, so some changes are refused because of the state of the ticket.
 * If more are, most of the history is missing that the run is to check.
 */
const LEAST_ACCEPTED = 0.75;
/** What a client may get while something is broken; docs/ARCHITECTURE.md says when. */
const DOCUMENTED: readonly string[] = [
  FAULT_CODES.unavailable,
  FAULT_CODES.storage,
  FAULT_CODES.busy,
  FAULT_CODES.locked,
  FAULT_CODES.timedOut,
  // Of a process that stops.
  'HTTP_503',
];
/** Of the socket of a client, and not of the service. */
const OF_CONNECTION = /^connection: /;

/** Judges a run that has ended, and counts what happened in it. */
export function verdictOf(run: Run): Verdict {
  const { load, recorders, sink, replicas, log, seconds } = run;
  const { violations, repeated, latenessMs } = checkHistory({
    ...run,
    answered: load.answered,
    observations: [
      ...recorders.map(({ name, ids }) => ({ observer: name, ids: [...ids] })),
      { observer: 'webhook', ids: [...sink.ids] },
    ],
  });
  const ofClients = load.answered.flatMap((answer, index) =>
    answer.isOfClient ? { ...answer, at: load.answeredAt[index] ?? 0 } : [],
  );
  const accepted = ofClients.filter(({ isAccepted }) => isAccepted);
  const share = accepted.length / ofClients.length;
  const all = [
    ...violations,
    ...recorders.flatMap(({ name, failure }) => (failure === null ? [] : [`ended: ${name}: ${failure}`])),
    ...replicas.flatMap(({ name, crashes }) => (crashes === 0 ? [] : [`exited: ${name} ended by itself`])),
    ...(sink.unsigned === 0 ? [] : [`unsigned: ${sink.unsigned} messages have a wrong signature`]),
    ...[...load.failures.keys()]
      .filter((code) => !DOCUMENTED.includes(code) && !OF_CONNECTION.test(code))
      .map((code) => `unexpected: a client got ${code}`),
    ...(share >= LEAST_ACCEPTED
      ? []
      : [`accepted: only ${accepted.length} of ${ofClients.length} mutations were carried out`]),
  ];
  const undisturbed = undisturbedRate(accepted, run);
  return {
    violations: all,
    figures: {
      'accepted a second, outside outages': undisturbed,
      [`${ASKED_FOR} a second`]: undisturbed >= ASKED_FOR ? 'reached' : 'not reached',
      'mutations a second, best 5 s':
        mostInWindow(
          ofClients.map(({ at }) => at),
          BEST_MS,
        ) /
        (BEST_MS / 1_000),
      'mean, faults included': Math.round(ofClients.length / seconds),
      mutations: ofClients.length,
      accepted: accepted.length,
      'repeated by clients': sumOf([...load.failures.values()]),
      events: log.length,
      'deadlines fired': log.filter(({ deadline }) => deadline !== null).length,
      'deadlines late p99 ms': quantile(latenessMs, 0.99),
      'max ms': quantile(latenessMs, 1),
      reconnections: sumOf(recorders.map((one) => one.reconnections)),
      'repeated to subscribers': sumOf(recorders.map(({ name }) => repeated[name] ?? 0)),
      'repeated to the webhook': repeated.webhook ?? 0,
      violations: all.length,
    },
  };
}

/** The rate of accepted mutations that a quiet machine is to reach, see docs/RELIABILITY.md. */
const ASKED_FOR = 200;

/** The accepted mutations a second, in the time in which the service was able to work. */
function undisturbedRate(accepted: readonly { readonly at: number }[], { outages, seconds }: Run): number {
  const offset = Date.now() - performance.now();
  const isInOutage = (at: number) => outages.some(({ from, to }) => from <= at + offset && at + offset < to);
  const outageMs = sumOf(outages.map(({ from, to }) => to - from));
  const count = accepted.filter(({ at }) => !isInOutage(at)).length;
  return Math.round(count / (seconds - outageMs / 1_000));
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
