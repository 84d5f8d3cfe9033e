import timers from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
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
    logger: { error: () => undefined, warn: () => undefined },
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

describe('the delivery of an event that cannot be read', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** How often it is tried until it has a result. No attempt waits for the pause before it. */
  const attemptsAt = async (read: (attempt: number) => string) => {
    jest.spyOn(timers, 'setTimeout').mockImplementation(async () => undefined as never);
    let attempts = 0;
    const deliveries = deliveriesOf(async () => {
      attempts += 1;
      return read(attempts);
    });
    const { value } = await deliveries.next();
    return { attempts, result: JSON.parse(value.body) };
  };

  it.each([
    ['has no connection left', '53300'],
    ['takes only reads', '25006'],
  ])('ends with an error after 240 attempts while the database %s', async (_, code) => {
    const { attempts, result } = await attemptsAt(() => {
      throw Object.assign(new Error('refused'), { code, severity: 'ERROR' });
    });
    expect(attempts).toBe(240);
    expect(result).toMatchObject({ data: { payload: null }, errors: [{ path: ['payload'] }] });
  });

  it('goes on while the database cannot be reached', async () => {
    const { attempts, result } = await attemptsAt((attempt) => {
      if (attempt <= 500) throw unavailable();
      return 'all';
    });
    expect(attempts).toBe(501);
    expect(result).toEqual({ data: { payload: 'all' } });
  });
});
