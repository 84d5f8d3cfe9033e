import type { Policy } from '../../../domain/policy/policy';

/** The holidays of all kept versions; each takes about 150 bytes of memory. */
const MOST_HOLIDAYS = 1_000_000;
/** What a version counts besides its holidays. */
const EACH = 1_000;

/**
 * Compiled versions by name. They are bounded in memory: the one that was added first is left out,
 * and compiled again when it is needed.
 */
export class KeptPolicies {
  private readonly policies = new Map<string, Policy>();
  private size = 0;

  constructor(private readonly most = MOST_HOLIDAYS) {}

  get(name: string): Policy | undefined {
    return this.policies.get(name);
  }

  set(name: string, policy: Policy): void {
    this.leaveOut(name);
    this.policies.set(name, policy);
    this.size += sizeOf(policy);
    for (const first of this.policies.keys()) {
      if (this.size <= this.most || first === name) return;
      this.leaveOut(first);
    }
  }

  private leaveOut(name: string): void {
    const policy = this.policies.get(name);
    if (policy !== undefined) this.size -= sizeOf(policy);
    this.policies.delete(name);
  }
}

const sizeOf = ({ calendars }: Policy): number =>
  Object.values(calendars).reduce(
    (size, { holidays, special }) => size + holidays.length + Object.keys(special).length,
    EACH,
  );
