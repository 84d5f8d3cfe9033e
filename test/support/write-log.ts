import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventRowOf } from '../../src/adapters/persistence/tickets/event-row';
import { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import type { Actor } from '../../src/domain/actor';
import type { Impact } from '../../src/domain/impact';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../src/domain/instant';
import { withCalendars } from '../../src/domain/policy/calendar-replacements';
import { compilePolicy } from '../../src/domain/policy/compile-policy';
import type { Policy } from '../../src/domain/policy/policy';
import type { Command, NewTicket } from '../../src/domain/ticket/commands';
import { decide, type Evidence, letPass, submit } from '../../src/domain/ticket/decide';
import type { Ticket } from '../../src/domain/ticket/ticket';
import type { TicketEvent } from '../../src/domain/ticket/ticket-events';
import { AGENT, OTHER_AGENT } from './actors';
import { EVENT_TYPES } from './event-types';
import { SEV1, SEV2, SEV3, SEV4 } from './impacts';

/**
 * Writes the log of this release, with every event type, to test/fixtures/logs:
 * `node -r ./test/support/typescript.cjs test/support/write-log.ts`
 */

const ROOT = join(__dirname, '../..');
const POLICY = compilePolicy(
  parsePolicy(readFileSync(join(ROOT, 'policies/cimcloud.yaml'), 'utf8'), { fileName: 'cimcloud.yaml' }),
  1,
);

const CLIENT: Actor = { kind: 'CLIENT', id: 'acme', name: 'Acme' };
const TESS = { name: 'Tess', email: 'tess@example.com', phone: '+1 555 0100', role: 'Shop manager' };
const CLIENT_ID = '01970000-0000-7000-8000-000000000001';
/** A Monday, 10:00 in New York. */
const MONDAY = Date.parse('2026-06-01T14:00:00Z');

const ALL_BLOCKED = SEV1.map((one): Impact => ({ ...one, note: 'No order since nine' }));

const NEW_TICKET: NewTicket = {
  clientId: CLIENT_ID,
  subject: 'Checkout is down',
  description: 'The page stays white “after” the address 🚧',
  reporter: 'Tess',
  assignee: null,
  channel: 'EXTRANET',
  externalId: null,
  externalUrl: null,
  tags: ['checkout', 'eu'],
  impacts: SEV2,
  followUpOf: null,
};

/** A ticket that takes commands one after the other; a command that is refused ends the program. */
class Life {
  ticket: Ticket;
  readonly events: TicketEvent[];
  private at: EpochMs;

  constructor(
    number: number,
    input: Partial<NewTicket>,
    private readonly policy: Policy = POLICY,
    evidence?: Evidence,
  ) {
    const id = `01970000-0000-7000-8000-00000000010${number}`;
    this.at = MONDAY + number * DAY_MS;
    const opened = submit(policy, id, { ...NEW_TICKET, ...input }, this.at, AGENT, evidence);
    if (!opened.ok) throw new Error(`Refused: ${JSON.stringify(opened.refusal)}`);
    this.ticket = opened.ticket;
    this.events = [opened.event];
  }

  after(ms: number, command: Command, actor: Actor = AGENT): this {
    this.at += ms;
    const { ticket, events, refusal } = decide(this.ticket, command, this.at, this.policy, actor);
    if (refusal !== null) throw new Error(`${command.type} is refused: ${JSON.stringify(refusal)}`);
    this.ticket = ticket;
    this.events.push(...events);
    return this;
  }

  waiveABreach(): this {
    const breached = this.ticket.cycles.find(({ breach }) => breach !== null);
    if (breached === undefined) throw new Error('No breach was recorded');
    const { kind, number: cycle } = breached;
    return this.after(MINUTE_MS, { type: 'waiveBreach', kind, cycle, reason: 'Their line was down' });
  }

  /** A command of so long ago, which is recorded now. */
  late(ms: number, command: Command, actor: Actor = AGENT): this {
    const lastAct = this.events.findLast((event) => event.actor.kind !== 'SYSTEM') ?? null;
    const entry = { now: this.at, reason: 'The phones did not stop', lastAct };
    const { ticket, events, refusal } = decide(this.ticket, command, this.at - ms, this.policy, actor, entry);
    if (refusal !== null) throw new Error(`${command.type} is refused: ${JSON.stringify(refusal)}`);
    this.ticket = ticket;
    this.events.push(...events);
    return this;
  }

  pass(ms: number): this {
    this.at += ms;
    const { ticket, events } = letPass(this.ticket, this.at, this.policy);
    this.ticket = ticket;
    this.events.push(...events);
    return this;
  }
}

const override = (severity: 'SEV1' | 'SEV4', reason: string): Command => ({
  type: 'reclassify',
  override: { severity, reason },
});

const lives: readonly Life[] = [
  // Reclassified in every way, waived, worked around, reopened, closed by silence.
  new Life(1, { channel: 'PHONE', assignee: 'Ada', externalId: 'A-17', externalUrl: 'https://example.com/A-17' })
    .after(10 * MINUTE_MS, { type: 'acknowledge' })
    .after(HOUR_MS, { type: 'reclassify', impacts: ALL_BLOCKED, reason: 'It is everybody' })
    .after(MINUTE_MS, override('SEV4', 'They have paper forms'))
    .after(MINUTE_MS, { type: 'rejectOverride', reason: 'They have none left' }, OTHER_AGENT)
    .after(MINUTE_MS, override('SEV4', 'New forms arrived'))
    .after(MINUTE_MS, { type: 'approveOverride', reason: 'Seen them' }, OTHER_AGENT)
    .after(MINUTE_MS, override('SEV1', 'The forms ran out'))
    .pass(2 * DAY_MS)
    .waiveABreach()
    .after(MINUTE_MS, { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'On it.' })
    .after(MINUTE_MS, { type: 'applyWorkaround', description: 'Order by phone', remaining: SEV3 })
    .after(HOUR_MS, { type: 'withdrawWorkaround', reason: 'The phone is down too' })
    .after(HOUR_MS, { type: 'applyWorkaround', description: 'Order by fax', remaining: SEV4 })
    .after(HOUR_MS, { type: 'resolve', resolution: 'Restarted' })
    .after(HOUR_MS, { type: 'reopen', reason: 'It is back' })
    .after(HOUR_MS, { type: 'resolve', resolution: null })
    .after(HOUR_MS, { type: 'recordCall', note: 'They are content' })
    .pass(60 * DAY_MS),
  // Waits, is handed over, is cancelled.
  new Life(2, { impacts: SEV3 })
    .after(HOUR_MS, { type: 'assign', assignee: 'Grace' })
    .after(HOUR_MS, { type: 'startWaiting', reason: 'CLIENT' })
    .after(3 * HOUR_MS, { type: 'communicate', direction: 'INBOUND', channel: 'EXTRANET', body: 'Here it is.' }, CLIENT)
    .after(HOUR_MS, { type: 'startWaiting', reason: 'THIRD_PARTY' })
    .after(5 * DAY_MS, { type: 'stopWaiting', reason: 'THIRD_PARTY' })
    .after(HOUR_MS, { type: 'startWaiting', reason: 'OTHER_TICKET' })
    .after(HOUR_MS, { type: 'close', reason: 'Duplicate' })
    .after(HOUR_MS, { type: 'addNote', body: 'Ask Grace before it is opened again' })
    .after(HOUR_MS, { type: 'updateTicket', details: { tags: ['checkout', 'duplicate'] } }),
  // Imported, without evidence for updates; its resolution is confirmed.
  new Life(3, { impacts: SEV4 }, POLICY, { notMeasured: ['UPDATE'], observedUntil: MONDAY + 20 * DAY_MS })
    .after(HOUR_MS, { type: 'updateTicket', details: { subject: 'How to pay', reporter: null, contacts: [TESS] } })
    .after(DAY_MS, { type: 'recordCall', note: null })
    .after(DAY_MS, { type: 'resolve', resolution: 'Answered' })
    .after(HOUR_MS, { type: 'close', reason: null }, CLIENT),
  // On calendars of its client's own, still open, with a breach that is not waived.
  new Life(4, { tags: [] }, withCalendars(POLICY, { business: 'roundTheClock' })).pass(3 * DAY_MS),
  // Recorded late: three breaches whose waivers are approved, rejected and left proposed.
  new Life(5, { impacts: SEV1 })
    .pass(2 * HOUR_MS)
    .late(115 * MINUTE_MS, { type: 'acknowledge' })
    .late(100 * MINUTE_MS, { type: 'communicate', direction: 'OUTBOUND', channel: 'PHONE', body: 'We are on it.' })
    .pass(MINUTE_MS)
    .late(80 * MINUTE_MS, { type: 'communicate', direction: 'OUTBOUND', channel: 'PHONE', body: 'Still on it.' })
    .after(HOUR_MS, { type: 'approveWaiver', kind: 'RESPONSE', cycle: 1, reason: null }, OTHER_AGENT)
    .after(MINUTE_MS, { type: 'rejectWaiver', kind: 'UPDATE', cycle: 1, reason: 'They did not hear it' }, OTHER_AGENT),
];

const written = new Set<string>(lives.flatMap(({ events }) => events.map(({ type }) => type)));
const missing = EVENT_TYPES.filter((type) => !written.has(type));
if (missing.length > 0) throw new Error(`The lives have no ${missing.join(', ')}`);

let id = 0;
const lines = lives.flatMap(({ ticket, events }) => [
  ...events.map((event) => {
    id += 1;
    return { event: { id: `${id}`, ...eventRowOf(event, CLIENT_ID, event.at) } };
  }),
  { ticket },
]);
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const file = `test/fixtures/logs/${version}.jsonl`;
writeFileSync(join(ROOT, file), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
process.stdout.write(`${file}: ${id} events of ${lives.length} tickets\n`);
