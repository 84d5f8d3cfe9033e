import { describe, expect, it } from '@jest/globals';
import { sharesOf } from '../../src/adapters/persistence/database/lanes';
import { Turns } from '../../src/application/tickets/turns';
import { WaitingLine } from '../../src/application/waiting-line';

const settled = async (promise: Promise<unknown>): Promise<string> =>
  Promise.race([
    promise.then(
      () => 'entered',
      (error: unknown) => String(error),
    ),
    new Promise<string>((resolve) => setImmediate(() => resolve('waiting'))),
  ]);

describe('a line', () => {
  it('lets in the given number at once, and the others in their order', async () => {
    const line = new WaitingLine({ places: 2 });
    expect([line.enter(), line.enter()]).toEqual([null, null]);
    const order: number[] = [];
    const waiting = [1, 2, 3].map((one) => line.enter()?.then(() => order.push(one)));
    line.leave();
    await waiting[0];
    // A newcomer does not enter before those who wait.
    const last = line.enter();
    expect(last).not.toBeNull();
    line.leave();
    line.leave();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
    line.leave();
    await last;
    line.leave();
    line.leave();
    expect(line.isEmpty).toBe(true);
  });

  it('refuses one more than may wait, and one that has waited too long', async () => {
    const refuse = (reason: string) => new Error(reason);
    const line = new WaitingLine({ places: 1, maxWaiting: 1, maxWaitMs: 5, refuse });
    line.enter();
    const first = line.enter();
    expect(() => line.enter()).toThrow('FULL');
    await expect(first).rejects.toThrow('WAITED_TOO_LONG');
    line.leave();
    expect(line.isEmpty).toBe(true);
  });

  it('is left by one whose signal is aborted, and not entered with an aborted signal', async () => {
    const line = new WaitingLine({ places: 1 });
    line.enter();
    const gone = new AbortController();
    const [abandoned, next] = [line.enter(gone.signal), line.enter()];
    gone.abort(new Error('gone'));
    await expect(abandoned).rejects.toThrow('gone');
    expect(() => line.enter(gone.signal)).toThrow('gone');
    line.leave();
    await next;
    line.leave();
    expect(line.isEmpty).toBe(true);
  });
});

describe('turns', () => {
  it('are taken for all keys of a set, in one order, so that two sets cannot wait for each other', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const set = (name: string, keys: readonly string[]) =>
      turns.take(keys, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        done.push(name);
      });
    await Promise.all([set('ab', ['a', 'b']), set('ba', ['b', 'a']), set('aa', ['a', 'a']), set('c', ['c'])]);
    expect(done.sort()).toEqual(['aa', 'ab', 'ba', 'c']);
  });

  it('pass on when one fails or gives up', async () => {
    const turns = new Turns();
    let release = (): void => undefined;
    const failing = turns.take(['a'], async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      throw new Error('failed');
    });
    const gone = new AbortController();
    const abandoned = turns.take(['a'], async () => 'begun', gone.signal);
    const next = turns.take(['a'], async () => 'carried out');
    expect(await settled(next)).toBe('waiting');
    gone.abort(new Error('gone'));
    await expect(abandoned).rejects.toThrow('gone');
    release();
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toBe('carried out');
  });
});

it('turns keep nothing of one whose signal is aborted already', async () => {
  const turns = new Turns();
  const gone = AbortSignal.abort(new Error('gone'));
  const begun: string[] = [];
  for (const keys of [['a'], ['b', 'c']]) {
    await expect(turns.take(keys, async () => begun.push('work'), gone)).rejects.toThrow('gone');
  }
  expect([turns.keysInUse, begun]).toEqual([0, []]);
  const both = Promise.all([turns.take(['a'], async () => 1), turns.take(['a'], async () => 2)]);
  expect(turns.keysInUse).toBe(1);
  expect(await both).toEqual([1, 2]);
  expect(turns.keysInUse).toBe(0);
});

it.each([10, 11, 15, 20, 50, 200])('a pool of %d is divided without a rest, and each lane has a connection', (size) => {
  const shares = Object.values(sharesOf(size));
  expect(shares.reduce((a, b) => a + b)).toBe(size);
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
});
