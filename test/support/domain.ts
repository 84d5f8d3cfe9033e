import type { Actor } from '../../src/domain/actor';
import { ZoneOffsets } from '../../src/domain/calendar/zone-offsets';
import { viewCycle } from '../../src/domain/commitment/view';
import type { Impact } from '../../src/domain/impact';
import { type EpochMs, toIso } from '../../src/domain/instant';
import type { CommitmentKind, Policy } from '../../src/domain/policy/policy';
import type { Command, NewTicket } from '../../src/domain/ticket/commands';
import { type Decision, decide, type Evidence, letPass, submit } from '../../src/domain/ticket/decide';
import type { Ticket } from '../../src/domain/ticket/ticket';
import type { TicketEvent } from '../../src/domain/ticket/ticket-events';
import { AGENT } from './actors';
import { SEV2 } from './impacts';
import { CIMCLOUD } from './policies';

export { AGENT, OTHER_AGENT } from './actors';
export { impact, SEV1, SEV2, SEV3, SEV4 } from './impacts';
export { CIMCLOUD, CIMCLOUD_DOCUMENT, policyWith } from './policies';

/**
 * A wall-clock time in New York, the provider's zone: `2026-11-23 15:00`, with seconds and
 * milliseconds if need be.
 */
export function ny(local: string): EpochMs {
  const wall = Date.parse(`${local.replace(' ', 'T')}${local.length === 16 ? ':00' : ''}Z`);
  return ZoneOffsets.of('America/New_York').instantOf(wall);
}

/** An instant as a wall-clock time in New York, the other way round. */
export function inNy(at: EpochMs | null): string | null {
  if (at === null) return null;
  const local = toIso(at + ZoneOffsets.of('America/New_York').offsetAt(at))
    .replace('T', ' ')
    .replace('Z', '');
  return local.replace(/:00\.000$/, '').replace(/\.000$/, '');
}

export const NEW_TICKET: NewTicket = {
  clientId: 'client-1',
  subject: 'Checkout is down',
  description: null,
  reporter: null,
  assignee: null,
  channel: 'EXTRANET',
  externalId: null,
  externalUrl: null,
  tags: [],
  impacts: SEV2,
  followUpOf: null,
};

/** A ticket's story: open it, let it take commands at instants, look at what came of it. */
export class Story {
  ticket: Ticket;
  readonly events: TicketEvent[];

  constructor(
    impacts: readonly Impact[],
    openedAt: EpochMs,
    readonly policy: Policy = CIMCLOUD,
    evidence?: Evidence,
    input: Partial<NewTicket> = {},
  ) {
    const opened = submit(policy, 'ticket-1', { ...NEW_TICKET, ...input, impacts }, openedAt, AGENT, evidence);
    if (!opened.ok) throw new Error(`refused: ${JSON.stringify(opened.refusal)}`);
    this.ticket = opened.ticket;
    this.events = [opened.event];
  }

  /** Lets the ticket take a command that it may refuse. */
  try(command: Command, at: EpochMs, actor: Actor = AGENT): Decision {
    const decision = decide(this.ticket, command, at, this.policy, actor);
    this.ticket = decision.ticket;
    this.events.push(...decision.events);
    return decision;
  }

  /** Lets time pass on the ticket, as the deadline engine does. */
  pass(until: EpochMs): this {
    const { ticket, events } = letPass(this.ticket, until, this.policy);
    this.ticket = ticket;
    this.events.push(...events);
    return this;
  }

  /**
   * Lets the ticket take a command that happened at `at` and is recorded at `now`, as a change with
   * `occurredAt` does.
   */
  late(
    command: Command,
    at: EpochMs,
    now: EpochMs,
    { reason = 'The client phoned', actor = AGENT }: { reason?: string | null; actor?: Actor } = {},
  ): Decision {
    this.pass(now);
    const lastAct = this.events.findLast((event) => event.actor.kind !== 'SYSTEM') ?? null;
    const decision = decide(this.ticket, command, at, this.policy, actor, { now, reason, lastAct });
    this.ticket = decision.ticket;
    this.events.push(...decision.events);
    if (decision.refusal === null) this.pass(now);
    return decision;
  }

  /** Lets the ticket take a command that it must accept. */
  do(command: Command, at: EpochMs): this {
    const { refusal } = this.try(command, at);
    if (refusal !== null) throw new Error(`refused: ${JSON.stringify(refusal)}`);
    return this;
  }
}

/**
 * A commitment's cycles at an instant as rows: severity, start, due, status, and when it was
 * breached if it was; wall clock of New York.
 */
export const cyclesOf = ({ ticket, policy }: Story, kind: CommitmentKind, at: EpochMs) =>
  ticket.cycles
    .filter((cycle) => cycle.kind === kind)
    .map((cycle) => viewCycle(ticket, policy, cycle, at))
    .map(({ cycle, dueAt, status, breach }) => [
      cycle.severity,
      inNy(cycle.startedAt),
      inNy(dueAt),
      status,
      ...(breach === null ? [] : [inNy(breach.at)]),
    ]);

export const ACKNOWLEDGE: Command = { type: 'acknowledge' };
export const RESOLVE: Command = { type: 'resolve', resolution: null };
export const REOPEN: Command = { type: 'reopen', reason: null };
export const OUTBOUND: Command = { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'On it.' };
export const INBOUND: Command = { type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body: 'Thanks.' };
export const WITHDRAW: Command = { type: 'withdrawWorkaround', reason: 'It failed' };
export const WAIT: Command = { type: 'startWaiting', reason: 'CLIENT' };
export const GO_ON: Command = { type: 'stopWaiting', reason: 'CLIENT' };
export const reclassify = (impacts: readonly Impact[], reason: string | null = null): Command => ({
  type: 'reclassify',
  impacts,
  reason,
});
export const workaround = (remaining: readonly Impact[]): Command => ({
  type: 'applyWorkaround',
  description: 'Use the phone',
  remaining,
});
