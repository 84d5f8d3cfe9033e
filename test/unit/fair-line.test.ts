import { describe, expect, it } from '@jest/globals';
import { type Entrant, FairLine } from '../../src/application/fair-line';

const line = (capacity: number, maxHeld = 1_000, maxWaitMs?: number): FairLine =>
  new FairLine({
    capacity,
    maxHeld,
    ...(maxWaitMs === undefined ? {} : { maxWaitMs }),
    refuse: (reason) => new Error(reason),
  });

const of = (group: string, weight = 1, held = 1): Entrant => ({ group, weight, held });

/** Lets all enter that can. */
const settle = async (): Promise<void> => {
  for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Records the names of those that enter, in their order. */
function recorder(): {
  readonly entered: string[];
  readonly add: (name: string, waiting: Promise<void> | null) => void;
} {
  const entered: string[] = [];
  return {
    entered,
    add: (name, waiting) => {
      if (waiting === null) entered.push(name);
      else
        waiting.then(
          () => entered.push(name),
          (error: Error) => entered.push(`${name} ${error.message}`),
        );
    },
  };
}

describe('a fair line', () => {
  it('lets in as much weight as its capacity, at once', async () => {
    const { entered, add } = recorder();
    const one = line(10);
    add('a', one.enter(of('x', 6)));
    add('b', one.enter(of('x', 4)));
    add('c', one.enter(of('x', 1)));
    expect([entered, one.inside, one.waiting]).toEqual([['a', 'b'], 10, 1]);
    one.leave(4);
    await settle();
    expect([entered, one.inside, one.waiting]).toEqual([['a', 'b', 'c'], 7, 0]);
  });

  it('gives the groups turns, whatever number each has', async () => {
    const { entered, add } = recorder();
    const one = line(1);
    one.enter(of('first'));
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) add(name, one.enter(of(name.charAt(0))));
    for (let round = 0; round < 6; round += 1) {
      one.leave(1);
      await settle();
    }
    expect(entered).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  it('lets no light one overtake a heavy one, and counts one that is too heavy as the whole capacity', async () => {
    const { entered, add } = recorder();
    const one = line(10);
    one.enter(of('x', 5));
    add('heavy', one.enter(of('y', 500)));
    add('light', one.enter(of('z', 1)));
    await settle();
    expect(entered).toEqual([]);
    one.leave(5);
    await settle();
    expect(entered).toEqual(['heavy']);
    one.leave(500);
    await settle();
    expect([entered, one.inside]).toEqual([['heavy', 'light'], 1]);
  });

  it('refuses the newest of the group that holds the most when too much waits', async () => {
    const { entered, add } = recorder();
    const one = line(1, 10);
    one.enter(of('first'));
    add('a1', one.enter(of('a', 1, 4)));
    add('a2', one.enter(of('a', 1, 4)));
    // The group itself holds the most.
    expect(() => one.enter(of('a', 1, 4))).toThrow('FULL');
    add('b1', one.enter(of('b', 1, 4)));
    await settle();
    expect([entered, one.waiting]).toEqual([['a2 FULL'], 2]);
  });

  it('refuses one that has waited too long, and forgets one whose signal is aborted', async () => {
    const { entered, add } = recorder();
    const one = line(1, 10, 5);
    one.enter(of('first'));
    await expect(one.enter(of('a'))).rejects.toThrow('WAITED_TOO_LONG');
    const gone = new AbortController();
    const patient = line(1);
    patient.enter(of('first'));
    add('a', patient.enter(of('a', 1), gone));
    add('b', patient.enter(of('b', 1)));
    gone.abort(new Error('GONE'));
    patient.leave(1);
    await settle();
    expect(entered).toEqual(['a GONE', 'b']);
    expect(() => patient.enter(of('a'), gone)).toThrow('GONE');
  });

  it('lets those behind enter when a heavy one gives up', async () => {
    const { entered, add } = recorder();
    const one = line(10);
    const gone = new AbortController();
    one.enter(of('x', 5));
    add('heavy', one.enter(of('y', 10), gone));
    add('light', one.enter(of('z', 1)));
    gone.abort(new Error('GONE'));
    await settle();
    expect(entered).toEqual(['heavy GONE', 'light']);
  });
});
