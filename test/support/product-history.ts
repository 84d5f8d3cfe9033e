import type { LoggedEvent } from '../../src/application/ports/logged-event';
import { historyAsOf } from '../../src/application/tickets/as-of';
import type { Actor } from '../../src/domain/actor';
import { viewCycle } from '../../src/domain/commitment/view';
import { COMMITMENT_KINDS, type Policy } from '../../src/domain/policy/policy';
import type { Severity } from '../../src/domain/severity';
import type { Command as ProductCommand } from '../../src/domain/ticket/commands';
import { type Decision, decide, letPass, submit } from '../../src/domain/ticket/decide';
import { foldAll } from '../../src/domain/ticket/fold';
import type { Refusal } from '../../src/domain/ticket/refusals';
import type { Cycle, Ticket } from '../../src/domain/ticket/ticket';
import type { Answer, CycleAnswer, Question } from '../model/answer';
import { type Command, type Entry, happenedAt, type Opening } from '../model/history';
import { NEW_TICKET } from './domain';

/** A history of the second model, as the product takes it: `decide`, `fold` and the views. */
export class ProductHistory {
  private ticket: Ticket;
  private readonly events: LoggedEvent[] = [];
  /** The place of each accepted entry, by the number of its event. */
  private readonly places = new Map<number, number>();
  private taken = 0;

  private constructor(
    private readonly policy: Policy,
    opening: Opening,
  ) {
    const { impacts, channel, details, recordedAt, reason } = opening;
    const at = happenedAt(opening);
    const input = { ...NEW_TICKET, ...details, channel, impacts: impacts.map(impactOf) };
    const entry = opening.occurredAt === null ? null : { now: recordedAt, reason };
    const opened = submit(policy, 'ticket-1', input, at, actorOf(opening.by), undefined, entry);
    if (!opened.ok) throw new ProductRefusal(opened.refusal);
    this.ticket = opened.ticket;
    this.keep({ ticket: opened.ticket, events: [opened.event], refusal: null }, recordedAt);
    this.pass(recordedAt);
  }

  /** @throws ProductRefusal */
  static open(policy: Policy, opening: Opening): ProductHistory {
    return new ProductHistory(policy, opening);
  }

  /** The deadline engine records what fell due strictly before an instant. */
  pass(before: number): void {
    this.keep(letPass(this.ticket, before, this.policy), before);
  }

  /** Takes an entry; null if it is accepted. */
  take(entry: Entry): Refusal | null {
    const { recordedAt: now, occurredAt, reason, by } = entry;
    this.pass(now);
    const command = commandOf(entry.command);
    const lastAct = this.events.findLast((event) => event.actor.kind !== 'SYSTEM') ?? null;
    const late = occurredAt === null ? null : { now, reason, lastAct };
    const at = occurredAt ?? Math.max(now, this.ticket.lastEventAt);
    const decision = decide(this.ticket, command, at, this.policy, actorOf(by), late);
    this.keep(decision, now);
    const own = decision.events.find((event) => event.actor.kind !== 'SYSTEM');
    if (own !== undefined) this.places.set(own.number, this.taken);
    this.taken += 1;
    if (decision.refusal === null) this.pass(now);
    return decision.refusal;
  }

  /** The ticket as the model answers it; null before it existed. */
  ask({ asOf, knownAt }: Question): Answer | null {
    const events = historyAsOf(this.events, { at: asOf, knownAt });
    if (events.length === 0) return null;
    // What is due was recorded a little later; until then it is derived.
    return this.answerOf(letPass(foldAll(events), asOf, this.policy).ticket, asOf);
  }

  private placeOf(number: number | undefined): number | null {
    return (number === undefined ? undefined : this.places.get(number)) ?? null;
  }

  private keep({ ticket, events }: Decision, recordedAt: number): void {
    this.ticket = ticket;
    for (const event of events)
      this.events.push({ ...event, clientId: ticket.clientId, id: `${event.number}`, recordedAt });
  }

  private answerOf(ticket: Ticket, asOf: number): Answer {
    const { description, externalUrl, reporter, subject, tags } = ticket;
    return {
      state: ticket.state,
      severity: ticket.severity,
      impacts: ticket.impacts.map(({ audience, consequence }) => ({ audience, consequence })),
      override: ticket.override?.severity ?? null,
      overrideProposed: ticket.proposal !== null,
      waiting: ticket.waits.flatMap(({ reason, until }) => (until === null ? [reason] : [])).sort(),
      chased: [],
      awaitingReplySince: ticket.awaitingReplySince,
      silentSince: ticket.silentSince,
      assignee: ticket.assignee,
      details: {
        description: description ?? '',
        externalUrl,
        reporter,
        subject,
        tags,
        contacts: ticket.contacts ?? [],
      },
      notes: this.events.filter(({ type, number }) => type === 'NOTE_ADDED' && number <= ticket.version).length,
      cycles: COMMITMENT_KINDS.flatMap((kind) => ticket.cycles.filter((cycle) => cycle.kind === kind)).map((cycle) =>
        this.cycleAnswer(ticket, cycle, asOf),
      ),
    };
  }

  private cycleAnswer(ticket: Ticket, cycle: Cycle, asOf: number): CycleAnswer {
    const { status, dueAt, breach } = viewCycle(ticket, this.policy, cycle, asOf);
    const { kind, number, severity, startedAt, end, marks } = cycle;
    const { waiver, proposedWaiver } = breach ?? {};
    return {
      kind,
      number,
      severity,
      startedAt,
      dueAt,
      status: status as CycleAnswer['status'],
      end: end === null ? null : { at: end.at, outcome: status as NonNullable<CycleAnswer['end']>['outcome'] },
      breach:
        breach === null
          ? null
          : {
              at: breach.at,
              cause: breach.cause === 'DUE' ? 'OVERDUE' : 'RECLASSIFIED',
              waived: waiver === undefined ? null : { by: waiver.by.name, evidence: this.placeOf(waiver.evidence) },
              proposed:
                proposedWaiver === undefined
                  ? null
                  : { by: proposedWaiver.by.name, evidence: this.placeOf(proposedWaiver.evidence) ?? -1 },
            },
      marks,
    };
  }
}

export class ProductRefusal extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.code);
  }
}

const actorOf = (name: string): Actor => ({ kind: 'AGENT', id: name, name });

const impactOf = ({ audience, consequence }: { readonly audience: string; readonly consequence: string }) => ({
  audience,
  consequence,
  note: null,
});

/** Words that the model has none for do not matter here. */
const WORDS = 'x';

function commandOf(command: Command): ProductCommand {
  switch (command.kind) {
    case 'acknowledge':
      return { type: 'acknowledge' };
    case 'reclassify':
      return 'impacts' in command
        ? { type: 'reclassify', impacts: command.impacts.map(impactOf), reason: WORDS }
        : { type: 'reclassify', override: { severity: command.override as Severity, reason: command.why } };
    case 'approveOverride':
      return { type: 'approveOverride', reason: null };
    case 'rejectOverride':
      return { type: 'rejectOverride', reason: WORDS };
    case 'applyWorkaround':
      return { type: 'applyWorkaround', description: WORDS, remaining: command.remaining.map(impactOf) };
    case 'withdrawWorkaround':
      return { type: 'withdrawWorkaround', reason: null };
    case 'startWaiting':
      return { type: 'startWaiting', reason: command.reason };
    case 'stopWaiting':
      return { type: 'stopWaiting', reason: command.reason };
    case 'communicate': {
      const message = { type: 'communicate', direction: command.direction, channel: 'EMAIL', body: WORDS } as const;
      return command.automatic ? { ...message, automatic: true } : message;
    }
    case 'recordCall':
      return { type: 'recordCall', note: null };
    case 'resolve':
      return { type: 'resolve', resolution: null };
    case 'reopen':
      return { type: 'reopen', reason: null };
    case 'close':
      return { type: 'close', reason: command.why };
    case 'assign':
      return { type: 'assign', assignee: command.agent };
    case 'waiveBreach':
      return { type: 'waiveBreach', kind: command.commitment, cycle: command.cycle, reason: command.why };
    case 'approveWaiver':
      return { type: 'approveWaiver', kind: command.commitment, cycle: command.cycle, reason: null };
    case 'rejectWaiver':
      return { type: 'rejectWaiver', kind: command.commitment, cycle: command.cycle, reason: WORDS };
    case 'addNote':
      return { type: 'addNote', body: command.text };
    case 'updateTicket':
      return { type: 'updateTicket', details: command.changes };
  }
}
