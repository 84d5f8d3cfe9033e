import type { ClusterOptions, FaultCluster } from './fault-cluster';
import type { Figures } from './figures';

/**
 * A fault of docs/RELIABILITY.md: what breaks, and how often.
 *
 * To add one, write `test/faults/kinds/NAME.ts` that exports a `Fault`, and add it to
 * `test/faults/kinds/index.ts`. `run` gets a cluster whose clients change tickets all the time,
 * breaks it, mends it, and returns what it has measured; `expect` in it says what must hold while
 * it is broken. Everything else is the same for all faults: the test starts the cluster, and after
 * `run` it stops the clients, waits until all observers have the end of the log, and checks the
 * history. What makes all replicas unable to work goes into `cluster.outage`, so that deadlines
 * may be late then.
 *
 * `npm run test:faults` runs each fault in a cluster of its own, with the sizes `whole`.
 * `npm run test:faults -- -t NAME` runs one. `.ci/run` runs those with sizes `short` one after the
 * other in one cluster, in a minute.
 */
export interface Fault<Size = unknown> {
  /** Its number in docs/RELIABILITY.md. */
  readonly number: number;
  /** The name of its test, such as `a replica is killed`. */
  readonly name: string;
  /** What the service promises then, for docs/RELIABILITY.md. */
  readonly promise: string;
  readonly whole: Size;
  /** Null if it takes too long for `.ci/run`. */
  readonly short: Size | null;
  readonly cluster?: Partial<ClusterOptions>;
  /** Why it cannot be tried on this machine; null or absent if it can. */
  readonly obstacle?: string | null;
  run(cluster: FaultCluster, size: Size): Promise<Figures>;
}
