import { describe, expect, it } from '@jest/globals';
import { buildSchema, type ExecutionArgs, parse } from 'graphql';
import { RunningOperation } from '../../src/adapters/graphql/running-operation';
import { EventDeliveries, type EventSettings } from '../../src/adapters/http/live/event-deliveries';
import { everything } from '../support/actors';

const schema = buildSchema('type Query { none: Int } type Subscription { payload: String }');

/** The delivery of an event whose payload is read by a resolver. */
function deliveriesOf(payload: () => Promise<string>) {
  const contextFor = (_caller: unknown, requestId: string, operation: RunningOperation) => ({
    caller: everything,
    requestId,
    operation,
    allowance: {},
  });
  const settings = {
    contextFor,
    operationTimeoutMs: 30_000,
    logger: { error: () => undefined },
  } as unknown as EventSettings;
  const contextValue = contextFor(everything, 'request', new RunningOperation());
  async function* events() {
    yield { payload };
  }
  const args = { schema, document: parse('subscription { payload }'), contextValue } as unknown as ExecutionArgs;
  return new EventDeliveries(args, events(), settings);
}

const unavailable = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('the delivery of an event', () => {
  it('waits until the database can be read again', async () => {
    let attempts = 0;
    const deliveries = deliveriesOf(async () => {
      attempts += 1;
      if (attempts < 3) throw unavailable();
      return 'all';
    });
    const { value } = await deliveries.next();
    expect(JSON.parse(value.body)).toEqual({ data: { payload: 'all' } });
    expect(attempts).toBe(3);
    expect(await deliveries.next()).toEqual({ done: true, value: undefined });
  });

  it('has the error of a field that fails for another reason', async () => {
    let attempts = 0;
    const { value } = await deliveriesOf(async () => {
      attempts += 1;
      throw new Error('wrong');
    }).next();
    expect(JSON.parse(value.body)).toMatchObject({ data: { payload: null }, errors: [{ path: ['payload'] }] });
    expect(attempts).toBe(1);
  });

  it('is given up when the subscriber leaves during an outage', async () => {
    let attempts = 0;
    let failed: () => void = () => undefined;
    const firstFailure = new Promise<void>((resolve) => {
      failed = resolve;
    });
    const deliveries = deliveriesOf(async () => {
      attempts += 1;
      failed();
      throw unavailable();
    });
    const next = deliveries.next();
    await firstFailure;
    await deliveries.return();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(attempts).toBe(1);
  });
});
