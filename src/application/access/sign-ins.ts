import type { EpochMs } from '../../domain/instant';
import type { AuditLog } from '../ports/audit-log';
import type { Identified } from '../ports/caller';
import type { Clock } from '../ports/clock';

/** A credential that goes on being used is recorded again after so long. */
const SUCCESS_STEP_MS = 3_600_000;
/** Failures of one address for one reason are counted for so long. */
const FAILURE_STEP_MS = 60_000;
/** The credentials, and the addresses with failures, that are remembered of each. */
const MOST_REMEMBERED = 10_000;
/** Stands for the failures of further addresses, or for further reasons, within a minute. */
const FURTHER = 'Failures of addresses, or for reasons, that are too many for an entry each.';

export interface SignInsDeps {
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/**
 * Records who has signed in and who has failed to, without a row for each request: a credential
 * once in an hour, and the failures of an address for one reason once in a minute, with their
 * number. Failures beyond what can be remembered are counted in one entry.
 */
export class SignIns {
  private readonly successes = new Map<string, EpochMs>();
  /** The failures that are not recorded yet, by address and reason. */
  private readonly failures = new Map<string, number>();

  constructor(private readonly deps: SignInsDeps) {}

  /** @param credential without its secret */
  succeeded(credential: string, { actor }: Pick<Identified, 'actor'>, address: string): void {
    const now = this.deps.clock.now();
    const last = this.successes.get(credential);
    if (last !== undefined && now - last < SUCCESS_STEP_MS) return;
    remember(this.successes, credential, now);
    this.record({ kind: 'SIGNED_IN', at: now, actor, subject: credential, address, detail: null, count: 1 });
  }

  /** @param reason as the caller sees it; it has no secret */
  failed(reason: string, address: string): void {
    const key = `${address} ${reason}`;
    if (this.failures.has(key) || this.failures.size < MOST_REMEMBERED) this.count(key, reason, address);
    else this.count(FURTHER, FURTHER, null);
  }

  private count(key: string, reason: string, address: string | null): void {
    const counted = this.failures.get(key);
    if (counted !== undefined) {
      this.failures.set(key, counted + 1);
      return;
    }
    this.failures.set(key, 0);
    this.recordFailures(reason, address, 1);
    setTimeout(() => {
      const count = this.failures.get(key) ?? 0;
      this.failures.delete(key);
      if (count > 0) this.recordFailures(reason, address, count);
    }, FAILURE_STEP_MS).unref();
  }

  private recordFailures(detail: string, address: string | null, count: number): void {
    this.record({
      kind: 'SIGN_IN_FAILED',
      at: this.deps.clock.now(),
      actor: null,
      subject: null,
      address,
      detail,
      count,
    });
  }

  private record(entry: Parameters<AuditLog['record']>[0]): void {
    this.deps.audit.record(entry).catch((error: unknown) => this.deps.onError(error));
  }
}

function remember<V>(values: Map<string, V>, key: string, value: V): void {
  // So that the oldest stays the first.
  values.delete(key);
  values.set(key, value);
  if (values.size > MOST_REMEMBERED) values.delete(values.keys().next().value ?? '');
}
