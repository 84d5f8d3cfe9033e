import { Sleep } from '../deadlines/sleep';
import type { Clock } from '../ports/clock';
import { isServerFault } from '../ports/store-errors';
import type { AttemptRecord, WebhookQueue } from '../ports/webhook-queue';

/** Results that come within this time are recorded together. */
const COLLECT_MS = 20;
/** The results that one transaction records. */
const MOST_AT_ONCE = 200;

export interface AttemptRecordsDeps {
  readonly queue: Pick<WebhookQueue, 'record'>;
  readonly clock: Clock;
  /** Called when the end of a delivery has made the next one of its ticket due. */
  readonly onDue: () => void;
}

interface Waiting {
  readonly attempt: AttemptRecord;
  readonly resolve: (isRecorded: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Records what came of attempts: many in one transaction, because each waits for the disk. */
export class AttemptRecords {
  private waiting: Waiting[] = [];
  private isRunning = false;
  private readonly sleep = new Sleep();

  constructor(private readonly deps: AttemptRecordsDeps) {}

  /** Resolves when it is recorded; false if the delivery was claimed again in the meantime. */
  record(attempt: AttemptRecord): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ attempt, resolve, reject });
      if (!this.isRunning) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.waiting.length > 0) {
      await this.sleep.rest(COLLECT_MS);
      await this.settle(this.waiting.splice(0, MOST_AT_ONCE));
    }
    this.isRunning = false;
  }

  private async settle(batch: readonly Waiting[]): Promise<void> {
    const { queue, clock, onDue } = this.deps;
    try {
      const { recorded, madeDue } = await queue.record(
        batch.map(({ attempt }) => attempt),
        clock.now(),
      );
      for (const [index, { resolve }] of batch.entries()) resolve(recorded[index] === true);
      if (madeDue > 0) onDue();
    } catch (error) {
      // After a fault of the server, each would fail alone too, or may have been recorded already.
      if (batch.length === 1 || isServerFault(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // One that cannot be recorded does not keep the others from it.
      for (const one of batch) await this.settle([one]);
    }
  }
}
