import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../support/pgbouncer';
import { type Serving, serve } from '../../support/program';
import { untilTrue } from '../../support/until';
import { endWithTests } from './leftovers';

export type Environment = Readonly<Record<string, string>>;

/** One of the processes of the service. It keeps its port, as a process behind a name does. */
export interface Replica {
  readonly name: string;
  /** The URL of the API. */
  readonly url: string;
  readonly pid: number;
  /** How often it has ended without being asked to. */
  readonly crashes: number;
  /** Whether it is supposed to run. */
  readonly isUp: boolean;
  start(): Promise<void>;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** Stops it in mid-work until it is thawed. */
  freeze(): void;
  thaw(): void;
  /** The answer of a health check: its status, or null without an answer. */
  probe(path: '/readyz' | '/livez'): Promise<number | null>;
  untilReady(): Promise<void>;
  /** Everything that it has logged, also before it was started again. */
  logged(): readonly { readonly msg: string; readonly level?: number; readonly [field: string]: unknown }[];
  /** The present value of a metric without labels. */
  metric(name: string): Promise<number>;
}

const PROBE_TIMEOUT_MS = 4_000;

/** A replica that is not started yet. */
export async function createReplica(name: string, environment: Environment): Promise<Replica> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/graphql`;
  const servings: Serving[] = [];
  let child: ChildProcess | null = null;
  let isFrozen = false;
  let crashes = 0;

  const running = (): ChildProcess => {
    if (child === null) throw new Error(`${name} does not run`);
    return child;
  };
  const probe = (path: string) =>
    fetch(new URL(path, url), { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => null,
    );
  const thaw = () => {
    if (isFrozen) child?.kill('SIGCONT');
    isFrozen = false;
  };
  return {
    name,
    url,
    get pid() {
      return running().pid ?? 0;
    },
    get crashes() {
      return crashes;
    },
    get isUp() {
      return child !== null && !isFrozen;
    },
    start: async () => {
      const started = await serve({ PORT: `${port}`, ...environment }, undefined, (spawned) => {
        child = spawned;
        endWithTests(spawned, 'SIGKILL');
        spawned.once('exit', () => {
          if (child === spawned) crashes += 1;
        });
      });
      servings.push(started);
    },
    end: async (signal) => {
      thaw();
      const ending = child;
      if (ending === null) return null;
      child = null;
      if (ending.exitCode !== null || ending.signalCode !== null) return ending.exitCode;
      ending.kill(signal);
      const [code] = (await once(ending, 'close')) as [number | null];
      return code;
    },
    freeze: () => {
      isFrozen = true;
      running().kill('SIGSTOP');
    },
    thaw,
    probe,
    untilReady: () => untilTrue(async () => (await probe('/readyz')) === 200),
    logged: () => servings.flatMap((one) => one.logged()),
    metric: async (metric) => {
      const text = await (await fetch(new URL('/metrics', url))).text();
      const line = text.split('\n').find((candidate) => candidate.startsWith(`${metric} `));
      return Number(line?.split(' ')[1] ?? Number.NaN);
    },
  };
}
