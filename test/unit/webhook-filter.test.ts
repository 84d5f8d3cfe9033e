import { describe, expect, it } from '@jest/globals';
import type { LoggedEvent } from '../../src/application/ports/logged-event';
import { matchesEvent, matchesSeverity, type WebhookFilter } from '../../src/application/webhooks/webhook-filter';

const event = (more: object): LoggedEvent => ({ ticketId: 't1', clientId: 'c1', ...more }) as unknown as LoggedEvent;

/** One event of each sort, by the name that the table below uses. */
const EVENTS: Readonly<Record<string, LoggedEvent>> = {
  call: event({ type: 'CALL_RECORDED', effects: {} }),
  lowered: event({
    type: 'WORKAROUND_APPLIED',
    effects: { severityChange: { from: 'SEV1', to: 'SEV3', cause: 'WORKAROUND' } },
  }),
  raised: event({
    type: 'IMPACTS_CHANGED',
    effects: { severityChange: { from: 'SEV3', to: 'SEV2', cause: 'RECLASSIFIED' } },
  }),
  mark: event({ type: 'MARK_REACHED', kind: 'RESPONSE', cycle: 1, mark: 'HALF' }),
  breach: event({ type: 'COMMITMENT_BREACHED', kind: 'RESOLUTION', cycle: 1, breach: { cause: 'DUE' } }),
  changed: event({ type: 'COMMITMENT_BREACHED', kind: 'RESPONSE', cycle: 1, breach: { cause: 'RECLASSIFIED' } }),
  waiver: event({ type: 'BREACH_WAIVED', kind: 'RESOLUTION', cycle: 1, effects: {} }),
};
const ALL = Object.keys(EVENTS);

describe('a filter of a webhook', () => {
  it.each<[WebhookFilter, readonly string[]]>([
    [{}, ALL],
    [{ ticket: { in: ['t1'] } }, ALL],
    [{ ticket: { in: ['t2'] } }, []],
    [{ ticket: { nin: ['t1'] } }, []],
    [{ ticket: { in: ['t1', 't2'], nin: ['t1'] } }, []],
    [{ client: { in: ['c1'] } }, ALL],
    [{ client: { nin: ['c1'] } }, []],
    [{ type: { in: ['MARK_REACHED', 'BREACH_WAIVED'] } }, ['mark', 'waiver']],
    [{ type: { nin: ['COMMITMENT_BREACHED'] } }, ['call', 'lowered', 'raised', 'mark', 'waiver']],
    [{ severityFrom: { in: ['SEV1'] } }, ['lowered']],
    [{ severityFrom: { nin: ['SEV1'] } }, ['raised']],
    [{ severityFrom: {} }, ['lowered', 'raised']],
    [{ severityTo: { in: ['SEV2'] } }, ['raised']],
    [{ severityFrom: { in: ['SEV3'] }, severityTo: { in: ['SEV3'] } }, []],
    [{ severityChangeCause: { in: ['WORKAROUND'] } }, ['lowered']],
    [{ severityChangeCause: { nin: ['WORKAROUND'] } }, ['raised']],
    [{ commitmentKind: { in: ['RESOLUTION'] } }, ['breach', 'waiver']],
    [{ commitmentKind: { in: ['RESPONSE'] } }, ['mark', 'changed']],
    [{ commitmentKind: {} }, ['mark', 'breach', 'changed', 'waiver']],
    [{ breachCause: { in: ['DUE'] } }, ['breach']],
    [{ breachCause: { nin: ['DUE'] } }, ['changed']],
    [{ breachCause: { in: ['DUE'] }, commitmentKind: { in: ['RESPONSE'] } }, []],
  ])('%j matches %j', (filter, matching) => {
    expect(ALL.filter((name) => matchesEvent(filter, EVENTS[name] as LoggedEvent))).toEqual(matching);
  });

  it.each<[WebhookFilter, boolean]>([
    [{}, false],
    [{ type: { nin: ['CLOSED'] } }, false],
    [{ type: { in: ['CLOSED'] } }, false],
    [{ type: { in: ['CLOSED', 'NOTE_ADDED'] } }, true],
  ])('%j takes an internal note: %j', (filter, isTaken) => {
    expect(matchesEvent(filter, event({ type: 'NOTE_ADDED', body: 'n', effects: {} }))).toBe(isTaken);
  });

  it('by severity matches what a ticket had before the event, or has after it', () => {
    const filter: WebhookFilter = { severity: { in: ['SEV1'] } };
    expect(matchesSeverity(filter, null, 'SEV1')).toBe(true);
    expect(matchesSeverity(filter, 'SEV1', 'SEV3')).toBe(true);
    expect(matchesSeverity(filter, 'SEV3', 'SEV1')).toBe(true);
    expect(matchesSeverity(filter, 'SEV3', 'SEV2')).toBe(false);
    expect(matchesSeverity(filter, null, 'SEV3')).toBe(false);
    expect(matchesSeverity({}, null, 'SEV3')).toBe(true);
  });
});
