import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnsweredMutation } from './history';
import { type FailedAttempts, type KeyedMutation, sendUntilAnswered } from './keyed-mutation';
import { TicketWork } from './ticket-work';

export interface LoadOptions {
  readonly urls: readonly string[];
  /** The mutations that are begun in a second, as far as the service keeps up. */
  readonly perSecond: number;
  /** The clients; each waits for its answer before it begins another mutation. */
  readonly clients: number;
}

/** How long an attempt may take before the client tries another replica. */
const ATTEMPT_MS = 8_000;
/** The rate is planned in steps of this length. */
const STEP_MS = 20;
/** What was not begun in time is made up for, but only so much of it. */
const MOST_BEHIND = 50;

/** The clients of a run: they send mutations all the time, and note every answer. */
export class MutationLoad {
  readonly answered: AnsweredMutation[] = [];
  readonly failures: FailedAttempts = new Map();
  /** How long the service has taken to answer with an error, in milliseconds. */
  readonly errorMs: number[] = [];
  readonly answeredAt: number[] = [];
  private readonly work = new TicketWork();
  private readonly abort = new AbortController();
  private readonly running: Promise<void>[];
  private allowed = 0;
  private isStopping = false;
  private turn = 0;
  private error: unknown = null;

  constructor(private readonly options: LoadOptions) {
    // Each attempt listens.
    setMaxListeners(2 * options.clients, this.abort.signal);
    this.running = [this.pace(), ...Array.from({ length: options.clients }, () => this.serve())];
  }

  /** Throws what made the clients stop. */
  check(): void {
    if (this.error !== null) throw this.error;
  }

  /** Sends a mutation of a fault until it is answered. @returns the id of its ticket */
  async send(mutation: KeyedMutation): Promise<string | null> {
    const { ticket, userErrors } = await sendUntilAnswered(mutation, {
      urls: this.options.urls,
      first: this.turn++,
      failures: this.failures,
      attemptMs: ATTEMPT_MS,
      signal: this.abort.signal,
      onError: (durationMs) => this.errorMs.push(durationMs),
    });
    const isAccepted = userErrors.length === 0;
    this.note({ key: mutation.key, isAccepted, isOfClient: true, ticket: isAccepted ? ticket : null });
    if (mutation.field === 'submitTicket' && ticket !== null) this.work.opened(ticket.id);
    return ticket?.id ?? null;
  }

  /** Notes what was answered now, to compare it with the log. */
  note(answer: AnsweredMutation): void {
    this.answered.push(answer);
    this.answeredAt.push(performance.now());
  }

  /** Begins no more, and waits until everything that was begun has its answer. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.running);
    this.check();
  }

  /** Ends everything at once, after a run that has failed. */
  abandon(cause?: unknown): void {
    this.isStopping = true;
    this.abort.abort(cause);
  }

  private async pace(): Promise<void> {
    let planned = performance.now();
    while (!this.isStopping) {
      await sleep(STEP_MS);
      const now = performance.now();
      this.allowed = Math.min(MOST_BEHIND, this.allowed + ((now - planned) * this.options.perSecond) / 1_000);
      planned = now;
    }
  }

  private async serve(): Promise<void> {
    try {
      while (!this.isStopping) {
        if (this.allowed < 1) {
          await sleep(STEP_MS / 2);
          continue;
        }
        this.allowed -= 1;
        await this.send(this.work.next());
      }
    } catch (error) {
      if (this.abort.signal.aborted) return;
      this.error ??= error;
      this.abandon(error);
    }
  }
}
