import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type PolicyRead, PolicyReaderBusy, type ReadPolicy } from '../../application/ports/policies';

/** Checks policies in a thread of its own, one at a time, so that other requests are served. */
export interface PolicyReader {
  readonly read: ReadPolicy;
  close(): Promise<void>;
}

export interface PolicyReaderLimits {
  /** The time for one policy, in milliseconds, with the start of the thread. */
  readonly timeMs: number;
  readonly memoryMb: number;
  /** The policies that wait for their turn. */
  readonly waiting: number;
  /** The time after which a thread without work ends, in milliseconds. */
  readonly idleMs: number;
}

const LIMITS: PolicyReaderLimits = { timeMs: 10_000, memoryMb: 256, waiting: 20, idleMs: 60_000 };

interface Job {
  readonly yaml: string;
  readonly resolve: (read: PolicyRead) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The thread starts with the first policy. A policy that exceeds a limit ends it, and so does one
 * whose caller has gone while it was checked.
 */
export function createPolicyReader(limits: Partial<PolicyReaderLimits> = {}): PolicyReader {
  const { timeMs, memoryMb, waiting: most, idleMs } = { ...LIMITS, ...limits };
  const waiting: Job[] = [];
  let worker: Worker | null = null;
  let running: Job | null = null;
  let timer: NodeJS.Timeout | undefined;

  const end = (): Promise<unknown> => {
    clearTimeout(timer);
    const ended = worker?.removeAllListeners().terminate();
    worker = null;
    return ended ?? Promise.resolve();
  };
  /** Ends the running job, and begins the next one. */
  const finish = (settle: (job: Job) => void): void => {
    clearTimeout(timer);
    const job = running;
    running = null;
    if (job !== null) settle(job);
    next();
  };
  const giveUp = (problem: string): void => {
    end();
    finish(({ resolve }) => resolve(unchecked(problem)));
  };
  /** Ends the wait or the check of a policy whose caller has gone. */
  const abandon = (job: Job, reason: unknown): void => {
    if (job === running) {
      end();
      finish(({ reject }) => reject(reason));
      return;
    }
    const place = waiting.indexOf(job);
    if (place < 0) return;
    waiting.splice(place, 1);
    job.reject(reason);
  };
  const start = (): Worker => {
    const started = new Worker(join(__dirname, `policy-worker${extname(__filename)}`), {
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      execArgv: preloadsOf(process.execArgv),
    });
    started.unref();
    started.on('message', (read: PolicyRead) => finish(({ resolve }) => resolve(read)));
    started.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return giveUp(`takes more than ${memoryMb} MB of memory to check`);
      end();
      finish(({ reject }) => reject(error));
    });
    return started;
  };
  const next = (): void => {
    if (running !== null) return;
    running = waiting.shift() ?? null;
    if (running === null) {
      timer = setTimeout(end, idleMs).unref();
      return;
    }
    worker ??= start();
    worker.postMessage(running.yaml);
    timer = setTimeout(() => giveUp(`takes longer than ${timeMs / 1000} seconds to check`), timeMs);
  };

  return {
    read: (yaml, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (waiting.length >= most) return reject(new PolicyReaderBusy(most));
        clearTimeout(running === null ? timer : undefined);
        const job = { yaml, resolve, reject };
        waiting.push(job);
        signal?.addEventListener('abort', () => abandon(job, signal.reason), { once: true });
        next();
      }),
    close: async () => {
      for (const { reject } of [...(running === null ? [] : [running]), ...waiting.splice(0)]) {
        reject(new Error('The service stopped before the policy was checked'));
      }
      running = null;
      await end();
    },
  };
}

const unchecked = (problem: string): PolicyRead => ({
  ok: false,
  problems: [{ code: 'InvalidPolicy', line: 1, column: 1, field: '(document)', problem }],
});

/**
 * The modules that this process loads before its program; tests load TypeScript in this way. Other
 * options of a process are not accepted by a thread.
 */
const preloadsOf = (options: readonly string[]): string[] =>
  options.flatMap((option, at) => {
    const file = options[at + 1];
    return (option === '-r' || option === '--require') && file !== undefined ? [option, file] : [];
  });
