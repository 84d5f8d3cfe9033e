import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import pino from 'pino';
import { BufferedLines } from '../../src/compose/buffered-lines';

let written: string[];
let lines: BufferedLines;
beforeEach(() => {
  jest.useFakeTimers();
  written = [];
  lines = new BufferedLines({ write: (text) => written.push(text) });
});
afterEach(() => {
  jest.useRealTimers();
});

const messages = () => written.map((text) => [...text.matchAll(/"msg":"([^"]*)"/g)].map(([, message]) => message));

it('lines are written together, in their order, after a moment', () => {
  const log = pino({}, lines);
  for (const message of ['a', 'b', 'c']) log.info(message);
  expect(written).toEqual([]);
  jest.advanceTimersByTime(20);
  expect(messages()).toEqual([['a', 'b', 'c']]);
  log.info('d');
  jest.advanceTimersByTime(20);
  expect(messages()).toEqual([['a', 'b', 'c'], ['d']]);
  expect(jest.getTimerCount()).toBe(0);
});

it('a warning, an error and a long text are written at once, with what waits', () => {
  const log = pino({}, lines);
  for (const level of ['warn', 'error', 'fatal'] as const) {
    log.info('before');
    log[level](level);
  }
  log.info('x'.repeat(20_000));
  expect(messages().map((batch) => batch.length)).toEqual([2, 2, 2, 1]);
  expect(jest.getTimerCount()).toBe(0);
});

it('what waits is written when the process ends', () => {
  pino({}, lines).info('last');
  lines.flushSync();
  lines.flushSync();
  expect(messages()).toEqual([['last']]);
});
