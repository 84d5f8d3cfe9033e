import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import { toGlobalId } from '../../src/adapters/graphql/base/global-id';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { ATTEMPTS, nextAttemptAt } from '../../src/application/webhooks/retry-schedule';
import { eventPayload, messageTypeOf } from '../../src/application/webhooks/webhook-payload';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/domain/instant';
import { EVENT_TYPES } from '../support/event-types';
import { sampleChanges } from '../support/webhook-samples';

const ROOT = join(__dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/WEBHOOKS.md'), 'utf8');
const changes = sampleChanges();

/** The fields of a body as the page writes them. Those of `previous` are those of `current`. */
function fieldsIn(value: unknown, path: string, found: Set<string>): Set<string> {
  if (path !== '') found.add(path.replace('data.previous.', 'data.current.'));
  if (Array.isArray(value)) for (const one of value) fieldsIn(one, `${path}[]`, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) fieldsIn(inner, path === '' ? name : `${path}.${name}`, found);
  }
  return found;
}

/** Those that only hold others together. */
const GROUPS = ['data', 'data.event', 'data.event.actor', 'data.ticket', 'data.current.commitments'];

describe('the page of webhooks', () => {
  it('has a row for each field of a body, and no other', () => {
    const found = new Set<string>();
    for (const change of changes) fieldsIn(eventPayload(change, toGlobalId), '', found);
    const inBodies = [...found].filter((field) => !GROUPS.includes(field) && !field.endsWith('[]'));
    const inPage = [...page.matchAll(/^\| `((?:type|timestamp|version|data\.)[\w.[\]]*)` +\|/gm)].map(
      ([, field]) => field,
    );
    expect([...inPage].sort()).toEqual(inBodies.sort());
  });

  it('names the types whose names are not made of those of events', () => {
    const others = EVENT_TYPES.map(messageTypeOf).filter((type) => !type.startsWith('ticket.'));
    expect(others).toHaveLength(5);
    for (const type of [...others, 'webhook.test', 'webhook.disabled']) expect(page).toContain(`\`${type}\``);
  });

  it('has the schedule of the attempts', () => {
    const units = { second: SECOND_MS, minute: MINUTE_MS, hour: HOUR_MS } as const;
    const rows = [...page.matchAll(/^\| (\d+) +\| (?:none|(\d+) (second|minute|hour)s) +\|$/gm)];
    const pauses = rows.slice(1).map(([, , count, unit]) => Number(count) * units[unit as keyof typeof units]);
    expect(rows.map(([, attempt]) => Number(attempt))).toEqual(
      Array.from({ length: ATTEMPTS }, (_, index) => index + 1),
    );
    expect(pauses).toEqual(pauses.map((_, index) => nextAttemptAt(index + 1, 0, null, 0)));
  });

  it('has operations that the schema accepts, and the receiver as it is in the examples', () => {
    const schema = buildGraphQLSchema();
    const operations = [...page.matchAll(/```graphql\n(.*?)```/gs)].map(([, text = '']) => parse(text));
    expect(operations.length).toBeGreaterThan(2);
    for (const operation of operations) expect(validate(schema, operation)).toEqual([]);
    const [, code] = /```js\n(.*?)```/s.exec(page) ?? [];
    expect(code).toBe(readFileSync(join(ROOT, 'examples/webhook-receiver.mjs'), 'utf8'));
  });
});

describe('a body', () => {
  it('has every type of event, and a length that its texts bound', () => {
    const types = new Set(changes.map((change) => eventPayload(change, toGlobalId).type));
    expect([...types].sort()).toEqual(EVENT_TYPES.map(messageTypeOf).sort());
    const [first] = changes;
    if (first === undefined || first.event.type !== 'SUBMITTED') throw new Error('The log begins with SUBMITTED');
    const long = { ...first, event: { ...first.event, description: '🚧'.repeat(60_000) } };
    const { data } = eventPayload(long, toGlobalId);
    expect([...(data.event.text ?? '')]).toHaveLength(1_000);
    expect(data.event.isTextShortened).toBe(true);
    expect(JSON.stringify(eventPayload(long, toGlobalId)).length).toBeLessThan(20_000);
  });

  it('shows a breach as the change from a running commitment', () => {
    const breach = changes.find(({ event }) => event.type === 'COMMITMENT_BREACHED');
    if (breach === undefined || breach.event.type !== 'COMMITMENT_BREACHED') throw new Error('There is no breach');
    const { kind, cycle } = breach.event;
    const { previous, current, commitment } = eventPayload(breach, toGlobalId).data;
    expect(commitment).toEqual({ kind, cycle });
    const statusIn = (state: typeof current | null) => state?.commitments.find((one) => one.kind === kind)?.status;
    expect(['RUNNING', 'AT_RISK']).toContain(statusIn(previous));
    expect(statusIn(current)).toBe('BREACHED');
  });
});
