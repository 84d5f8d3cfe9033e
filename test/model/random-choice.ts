import fc from 'fast-check';

/** Draws from numbers that fast-check made, so that a history can be shrunk and repeated. */
export class Choice {
  private next = 0;

  constructor(private readonly numbers: readonly number[]) {}

  /** 0 to `bound - 1`. */
  below(bound: number): number {
    const number = this.numbers[this.next % this.numbers.length] ?? 0;
    this.next += 1;
    return number % bound;
  }

  percent(chance: number): boolean {
    return this.below(100) < chance;
  }

  of<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  /** Nothing where the list is empty. */
  maybeOf<T>(items: readonly T[]): T | undefined {
    return items[this.below(Math.max(items.length, 1))];
  }
}

/** How many numbers a step may draw. */
export const DRAWS = 24;

export const draws: fc.Arbitrary<number[]> = fc.array(fc.nat(1_000_000), { minLength: DRAWS, maxLength: DRAWS });
