import { expect, it } from '@jest/globals';
import { ByteBudget } from '../../src/adapters/http/byte-budget';

/** A budget of 100 bytes, on a clock that the test moves. */
function budget() {
  let at = 0;
  const all = new ByteBudget(100, () => at);
  const cut: string[] = [];
  return {
    all,
    cut,
    pass: (ms: number) => {
      at += ms;
    },
    hold: (name: string, address = '192.0.2.1') => all.hold(address, () => cut.push(name)),
  };
}

it('what fits is kept, and what is released makes room', () => {
  const { all, cut, hold } = budget();
  for (let n = 0; n < 50; n++) {
    const [first, second] = [hold('first'), hold('second')];
    expect([first.resize(60), second.resize(40), all.held]).toEqual([true, true, 100]);
    first.release();
    expect(second.resize(100)).toBe(true);
    second.release();
    second.release();
    expect([all.held, cut]).toEqual([0, []]);
  }
});

it('the client that has moved nothing for the longest gives way', () => {
  const { all, cut, pass, hold } = budget();
  const [, reader] = [hold('stalled').resize(40), hold('reader')];
  reader.resize(40);
  pass(1_000);
  reader.moved();
  expect(hold('third').resize(40)).toBe(true);
  expect([cut, all.held]).toEqual([['stalled'], 80]);
});

it('while all move, what would be the most is refused, and what is little is kept', () => {
  const { all, cut, hold } = budget();
  hold('large').resize(60);
  hold('other').resize(40);
  const equal = hold('equal');
  expect([equal.resize(60), cut, all.held]).toEqual([false, [], 100]);
  expect([equal.resize(1), all.held]).toEqual([false, 100]);
  expect([hold('small').resize(1), cut]).toEqual([true, ['large']]);
});

it('the address that holds the most gives way, also while it moves', () => {
  const { cut, hold } = budget();
  for (const name of ['a', 'b', 'c']) hold(name, '2001:db8::1').resize(25);
  expect(hold('honest', '192.0.2.9').resize(30)).toBe(true);
  expect(cut).toEqual(['a']);
  // Of one network of IPv6, all addresses count together.
  expect(hold('same', '2001:db8::2').resize(25)).toBe(false);
  expect(hold('honest too', '192.0.2.10').resize(30)).toBe(true);
  expect(cut).toEqual(['a', 'b']);
});

it('more than all is refused', () => {
  const { all, hold } = budget();
  expect([hold('huge').resize(101), all.held]).toEqual([false, 0]);
});
