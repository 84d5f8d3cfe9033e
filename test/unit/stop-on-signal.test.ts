import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import pino from 'pino';
import { CloseSteps } from '../../src/compose/close-steps';
import { stopOnSignal } from '../../src/compose/stop-on-signal';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let exit: ReturnType<typeof jest.spyOn>;
beforeEach(() => {
  jest.useFakeTimers();
  exit = jest.spyOn(process, 'exit').mockReturnValue(undefined as never);
});
afterEach(() => {
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/** Stops what has these parts by a signal. Returns what the log says, without the first line. */
async function stopped(signal: (typeof SIGNALS)[number], closing: CloseSteps): Promise<object[]> {
  const logged: object[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => logged.push(JSON.parse(line)) });
  stopOnSignal({ close: () => closing.run(), left: () => closing.left() }, log);
  process.emit(signal, signal);
  await jest.advanceTimersByTimeAsync(8_999);
  if (exit.mock.calls.length === 0) await jest.advanceTimersByTimeAsync(1);
  return logged.slice(1);
}

const ended = () => Promise.resolve();
const never = () => new Promise<never>(() => undefined);

it('exits with 0 when every part is closed, the last that was started first', async () => {
  const order: string[] = [];
  const closing = new CloseSteps();
  for (const name of ['database', 'feed']) closing.add(name, async () => void order.push(name));
  expect(await stopped('SIGTERM', closing)).toEqual([]);
  expect(order).toEqual(['feed', 'database']);
  expect(exit.mock.calls).toEqual([[0]]);
});

it('exits with 0 in time if a part is never closed, and says what was left', async () => {
  const closing = new CloseSteps();
  closing.add('database', ended);
  closing.add('feed', never);
  closing.add('requests', ended);
  expect(await stopped('SIGTERM', closing)).toEqual([
    { level: 40, left: ['feed', 'database'], msg: 'the service could not be closed within 9 seconds' },
  ]);
  expect(exit.mock.calls).toEqual([[0]]);
});

it('closes the other parts if one cannot be closed, and exits with 1', async () => {
  const order: string[] = [];
  const closing = new CloseSteps();
  closing.add('database', async () => void order.push('database'));
  closing.add('feed', () => Promise.reject(new Error('no')));
  const logged = await stopped('SIGINT', closing);
  expect(logged).toEqual([expect.objectContaining({ level: 50, msg: 'the service could not be closed' })]);
  expect(order).toEqual(['database']);
  expect(exit.mock.calls).toEqual([[1]]);
});
