import { OperatorError } from '../../../application/operator-error';
import { pinnedPolicy } from '../../../application/policies/pinned-policy';
import { SYSTEM_CALLER } from '../../../application/ports/caller';
import type { Clock } from '../../../application/ports/clock';
import type { Policies } from '../../../application/ports/policies';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { TicketReader } from '../../../application/ports/ticket-reader';
import { answerOrNull, isUnanswerable } from '../../../domain/calendar/business-calendar';
import { targetWorth } from '../../../domain/commitment/commitment';
import { countedIn, explainDue, type Segment } from '../../../domain/commitment/explain-due';
import { isNotMeasured, judgedAt, seenAt, viewCycle } from '../../../domain/commitment/view';
import { type EpochMs, toIso } from '../../../domain/instant';
import { formatDuration } from '../../../domain/iso-duration';
import {
  COMMITMENT_KINDS,
  type CommitmentKind,
  calendarOf,
  type Policy,
  targetOfCycle,
} from '../../../domain/policy/policy';
import type { Cycle } from '../../../domain/ticket/ticket';
import { zoneProblem } from '../../documents/zone-problem';
import { fromGlobalId } from '../../graphql/base/global-id';
import { deskClock } from '../desk/desk-clock';
import { eventLines } from '../desk/event-lines';
import { type EventFacts, eventSentence } from '../desk/event-sentence';
import { plainText } from '../desk/styled-output';
import { printableJson, singleLine } from '../printable';
import type { CycleExplanation } from './cycle-explanation';
import { cycleText } from './explain-text';
import { ticketStory } from './ticket-story';

/** The ticket or cycle does not exist, or an option is not valid; the message says which. */
export class ExplainError extends OperatorError {
  override readonly name = 'ExplainError';
}

export interface ExplainOptions {
  /** The number, id or externalId of a ticket. */
  readonly ticket: string;
  /** A commitment, in upper or lower case; null for all. */
  readonly commitment: string | null;
  /** The number of a cycle; null for all. */
  readonly cycle: string | null;
  /** The IANA zone of the shown times; null for that of the first calendar that is explained. */
  readonly zone: string | null;
  readonly json: boolean;
}

export interface ExplainDeps {
  readonly reader: TicketReader;
  readonly policies: Policies;
  readonly clock: Clock;
}

/**
 * Tells the story of a ticket, who did what and when, and explains its cycles as they are now,
 * ordered by commitment and number. All times are in one zone.
 *
 * @returns a text, or JSON with instants and durations in the format of the API
 * @throws ExplainError if the ticket or the cycle does not exist
 */
export async function explain({ reader, policies, clock }: ExplainDeps, options: ExplainOptions): Promise<string> {
  const kind = kindOf(options.commitment);
  const number = cycleNumberOf(options.cycle);
  const zone = zoneOf(options.zone);
  const ticket = await find(reader, options.ticket);
  const policy = await pinnedPolicy(policies, ticket);
  const at = judgedAt(ticket, clock.now());
  const chosen = COMMITMENT_KINDS.filter((candidate) => kind === null || candidate === kind)
    .flatMap((candidate) => ticket.cycles.filter((cycle) => cycle.kind === candidate))
    .filter((cycle) => number === null || cycle.number === number);
  if (chosen.length === 0) throw new ExplainError(nothingToExplain(ticket, policy, kind, number));
  const timeZone = zone ?? firstZone(policy, chosen);
  const cycles = chosen.map(
    (cycle): CycleExplanation => ({
      view: viewCycle(ticket, policy, cycle, at),
      policy,
      target: targetOfCycle(policy, cycle),
      timeZone,
      worthMs: answerOrNull(() => targetWorth(policy, cycle.severity, cycle.kind, cycle.startedAt)),
      reachedAt: cycle.end?.at ?? at,
      ...segmentsOf(() => explainDue(ticket, policy, cycle, at)),
    }),
  );
  const { state } = seenAt(ticket, policy, at);
  const story = await ticketStory(reader, ticket.id);
  if (options.json) return printableJson(`${JSON.stringify(jsonOf(ticket, state, at, story, cycles), null, 2)}\n`);
  const local = deskClock(timeZone, () => at);
  const name =
    ticket.externalId === null ? `Ticket ${ticket.number}` : `Ticket ${ticket.number} (${ticket.externalId})`;
  const notMeasured = COMMITMENT_KINDS.filter((candidate) => isNotMeasured(ticket, policy, candidate));
  const end = ticket.observedUntil === null ? '' : ', the end of its imported history';
  const head = [
    `${name}: ${ticket.subject}`,
    `${ticket.severity}, ${state}, at ${local.time(toIso(at))}${end}; times are ${timeZone}`,
    ...(notMeasured.length === 0
      ? []
      : [`Not measured, because the imported log has no data: ${notMeasured.join(', ')}`]),
    '',
    ...story.flatMap((event) => eventLines(event, local, SENTENCE_COLUMNS)).map(plainText),
    '',
  ];
  return `${[...head, ...cycles.flatMap(cycleText)].map(singleLine).join('\n').trimEnd()}\n`;
}

/** The columns of a sentence of the story: the whole texts are in the ticket. */
const SENTENCE_COLUMNS = 160;

/** The zone of the first calendar that the cycles count on; UTC if all are best effort. */
function firstZone(policy: Policy, cycles: readonly Cycle[]): string {
  const spans = cycles.map((cycle) => targetOfCycle(policy, cycle).span);
  const calendar = spans.find((span) => span !== null)?.calendar;
  return calendar === undefined ? 'UTC' : calendarOf(policy, calendar).definition.timeZone;
}

/** The segments of a cycle, or why the calendar cannot compute them. */
function segmentsOf(explained: () => readonly Segment[]): Pick<CycleExplanation, 'segments' | 'unknownBecause'> {
  try {
    return { segments: explained(), unknownBecause: null };
  } catch (error) {
    if (!isUnanswerable(error)) throw error;
    return { segments: [], unknownBecause: error.message };
  }
}

async function find(reader: TicketReader, name: string): Promise<StoredTicket> {
  const byNumber = /^[1-9]\d*$/.test(name) ? await reader.ticketByNumber(SYSTEM_CALLER, Number(name)) : null;
  if (byNumber !== null) return byNumber;
  const id = fromGlobalId(name);
  const byId = await reader.ticketById(SYSTEM_CALLER, id?.type === 'Ticket' ? id.key : name);
  if (byId !== null) return byId;
  const [found, ...others] = await reader.ticketsByExternalId(SYSTEM_CALLER, name, null);
  if (found === undefined) {
    throw new ExplainError(`There is no ticket ${JSON.stringify(name)}; give its number, its id or its externalId.`);
  }
  if (others.length === 0) return found;
  const numbers = [found, ...others].map((ticket) => ticket.number).join(', ');
  throw new ExplainError(`Several clients have a ticket ${JSON.stringify(name)}; give one of the numbers ${numbers}.`);
}

function kindOf(text: string | null): CommitmentKind | null {
  if (text === null) return null;
  const kind = COMMITMENT_KINDS.find((candidate) => candidate === text.toUpperCase());
  if (kind === undefined) throw new ExplainError(`--commitment takes ${COMMITMENT_KINDS.join(', ')}.`);
  return kind;
}

function zoneOf(text: string | null): string | null {
  const problem = text === null ? undefined : zoneProblem(text);
  if (problem !== undefined) throw new ExplainError(`--zone ${problem}.`);
  return text;
}

function cycleNumberOf(text: string | null): number | null {
  if (text === null) return null;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new ExplainError('--cycle takes the number of a cycle, from 1.');
  return Number(text);
}

function nothingToExplain(ticket: StoredTicket, policy: Policy, kind: CommitmentKind | null, cycle: number | null) {
  const { number, cycles } = ticket;
  const which = `${cycle === null ? 'cycle' : `cycle ${cycle}`}${kind === null ? '' : ` of ${kind}`}`;
  const has = COMMITMENT_KINDS.map((candidate) => {
    if (isNotMeasured(ticket, policy, candidate)) return `${candidate} not measured`;
    const count = cycles.filter((one) => one.kind === candidate).length;
    return `${candidate} ${count === 0 ? 'not promised' : count}`;
  });
  return `Ticket ${number} has no ${which}; its cycles are ${has.join(', ')}.`;
}

const isoOrNull = (at: EpochMs | null): string | null => (at === null ? null : toIso(at));

function jsonOf(
  ticket: StoredTicket,
  state: string,
  at: EpochMs,
  story: readonly EventFacts[],
  cycles: readonly CycleExplanation[],
) {
  const { number, externalId, subject, severity } = ticket;
  return {
    ticket: { number, externalId, subject, severity, state },
    at: toIso(at),
    story: story.map((event) => {
      const { type, at: happenedAt, recordedAt, lateReason, actor } = event;
      return { type, at: happenedAt, recordedAt, lateReason, actor, text: eventSentence(event) };
    }),
    cycles: cycles.map(({ view, policy, target, timeZone, segments, unknownBecause }) => {
      const { cycle } = view;
      const { totalMs } = cycle;
      const { amount, unit, calendar } = target.span ?? { amount: null, unit: null, calendar: null };
      return {
        commitment: cycle.kind,
        cycle: cycle.number,
        severity: cycle.severity,
        status: view.status,
        policy: policy.id,
        policyVersion: policy.version,
        calendar,
        timeZone,
        target: { amount, unit, basis: target.basis, text: target.text },
        total: totalMs === null ? null : formatDuration(totalMs),
        counted: unknownBecause === null ? formatDuration(countedIn(segments)) : null,
        unknownBecause,
        elapsed: view.elapsedMs === null ? null : formatDuration(view.elapsedMs),
        startedAt: toIso(cycle.startedAt),
        dueAt: isoOrNull(view.dueAt),
        breachedAt: isoOrNull(view.breach?.at ?? null),
        endedAt: isoOrNull(cycle.end?.at ?? null),
        segments: segments.map(({ from, to, kind, countedMs, holiday, reasons }) => ({
          from: toIso(from),
          to: toIso(to),
          kind,
          counted: formatDuration(countedMs),
          holiday,
          reasons,
        })),
      };
    }),
  };
}
