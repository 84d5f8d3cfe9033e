import { Temporal } from '../support/temporal';
import type { Answer, CycleAnswer, Verdict } from './answer';
import type { Command, Entry, History, Impact, Instant } from './history';
import { ask, play } from './model';
import type { Kind, Policy } from './policy';

export const SEV1: Impact[] = [{ audience: 'ALL_END_USERS', consequence: 'ORDERING_BLOCKED' }];
export const SEV2: Impact[] = [{ audience: 'ALL_END_USERS', consequence: 'DEGRADED' }];
export const SEV3: Impact[] = [{ audience: 'ADMINISTRATORS', consequence: 'DEGRADED' }];
export const CONTAINED: Impact[] = [{ audience: 'NOBODY', consequence: 'DEGRADED' }];

export const REPLY: Command = { kind: 'communicate', direction: 'OUTBOUND', automatic: false };
export const AUTO_REPLY: Command = { kind: 'communicate', direction: 'OUTBOUND', automatic: true };
export const MESSAGE: Command = { kind: 'communicate', direction: 'INBOUND', automatic: false };
export const WAIT: Command = { kind: 'startWaiting', reason: 'CLIENT', until: null };

interface Extra {
  readonly by?: string;
  /** When it happened, where that is not when it was recorded. */
  readonly happened?: string;
  readonly reason?: string;
}

/** `03-02 15:00` of 2026 in New York. */
export function ny(text: string): Instant {
  return Temporal.PlainDateTime.from(`2026-${text.replace(' ', 'T')}`).toZonedDateTime('America/New_York')
    .epochMilliseconds;
}

/** A history written line by line, in the local time of New York. */
export class Story {
  private readonly entries: Entry[] = [];

  constructor(
    private readonly policy: Policy,
    private readonly openedAt: string,
    private readonly impacts: readonly Impact[],
  ) {}

  add(recorded: string, command: Command, { by = 'ann', happened, reason }: Extra = {}): this {
    const occurredAt = happened === undefined ? null : ny(happened);
    this.entries.push({ recordedAt: ny(recorded), occurredAt, by, reason: reason ?? null, command });
    return this;
  }

  /** `accepted`, or the code of the refusal, of each entry. */
  verdicts(): string[] {
    return play(this.policy, this.history()).verdicts.map(textOf);
  }

  /** The ticket as it was at an instant, as it was known then or later. */
  at(asOf: string, knownAt = asOf): Answer {
    const answer = ask(play(this.policy, this.history()), { asOf: ny(asOf), knownAt: ny(knownAt) });
    if (answer === null) throw new Error('There was no ticket yet.');
    return answer;
  }

  /** One line for each cycle of a kind: `number severity start → due status, breach`. */
  cycles(kind: Kind, asOf: string, knownAt = asOf): string[] {
    return this.at(asOf, knownAt)
      .cycles.filter((cycle) => cycle.kind === kind)
      .map(lineOf);
  }

  private history(): History {
    const details = { subject: '', description: '', tags: [], reporter: null, contacts: [], externalUrl: null };
    const recorded = { recordedAt: ny(this.openedAt), occurredAt: null, by: 'ann', reason: null };
    return { opening: { ...recorded, impacts: this.impacts, channel: 'EXTRANET', details }, entries: this.entries };
  }
}

function textOf(verdict: Verdict): string {
  return verdict.accepted ? 'accepted' : verdict.code;
}

function lineOf({ number, severity, startedAt, dueAt, status, end, breach }: CycleAnswer): string {
  const parts = [`${number} ${severity} ${local(startedAt)} → ${dueAt === null ? '-' : local(dueAt)} ${status}`];
  if (end !== null) parts.push(`ended ${local(end.at)}`);
  if (breach !== null) parts.push(`breached ${local(breach.at)}${breach.cause === 'RECLASSIFIED' ? ' by change' : ''}`);
  if (breach?.proposed) parts.push(`waiver proposed with ${breach.proposed.evidence}`);
  if (breach?.waived) parts.push(`waived by ${breach.waived.by}`);
  return parts.join(', ');
}

/** `03-02 15:00`, with seconds and milliseconds where they are not 0. */
export function local(at: Instant): string {
  const text = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('America/New_York').toPlainDateTime();
  return text
    .toString({ smallestUnit: at % 60_000 === 0 ? 'minute' : 'millisecond' })
    .slice(5)
    .replace('T', ' ');
}
