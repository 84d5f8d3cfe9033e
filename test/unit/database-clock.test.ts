import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DatabaseClock } from '../../src/adapters/clock/database-clock';
import { HOUR_MS } from '../../src/domain/instant';

const NOON = Date.parse('2026-06-01T12:00:00Z');

/** A process, its host and a database, with the times that a test gives them. */
class World {
  monotonic = 5_000;
  database = NOON;
  host = NOON;
  readonly clock = new DatabaseClock(
    () => this.monotonic,
    () => this.host,
  );

  pass(ms: number): void {
    this.monotonic += ms;
    this.database += ms;
    this.host += ms;
  }

  /** A statement that reaches the database after `there` and is answered after `back`. */
  sample(there: number, back: number): void {
    const sentAt = this.monotonic;
    this.pass(there);
    const databaseNow = this.database;
    this.pass(back);
    this.clock.add({ sentAt, databaseNow, receivedAt: this.monotonic });
  }
}

describe('the clock of the database, measured', () => {
  it('cannot be read before it is measured', () => {
    expect(() => new World().clock.now()).toThrow('has not been read yet');
  });

  it('differs from that of the database by at most half of the shortest round trip', () => {
    const trip = fc.record({ there: fc.nat(3_000), back: fc.nat(3_000), pause: fc.nat(900) });
    fc.assert(
      fc.property(fc.array(trip, { minLength: 1, maxLength: 20 }), fc.integer(), (trips, hostOffset) => {
        const world = new World();
        world.host += hostOffset;
        for (const { there, back, pause } of trips) {
          world.sample(there, back);
          world.pass(pause);
        }
        const shortest = Math.min(...trips.map(({ there, back }) => there + back));
        const drift = 0.001 * (world.monotonic - 5_000);
        expect(Math.abs(world.clock.now() - world.database)).toBeLessThanOrEqual(shortest / 2 + drift + 1);
      }),
    );
  });

  it('is not moved by a host whose clock is wrong or is set, and says how wrong it is', () => {
    const world = new World();
    world.sample(1, 1);
    world.host += HOUR_MS;
    world.sample(1, 1);
    expect(Math.abs(world.clock.now() - world.database)).toBeLessThanOrEqual(1);
    expect(Math.abs(world.clock.hostOffsetMs - HOUR_MS)).toBeLessThanOrEqual(1);
  });

  it('does not go back when a better sample corrects it', () => {
    const world = new World();
    world.sample(0, 800);
    const before = world.clock.now();
    expect(before).toBeGreaterThan(world.database - 401);
    world.sample(200, 0);
    world.sample(0, 0);
    expect(world.clock.now()).toBeGreaterThanOrEqual(before);
  });

  it.each([HOUR_MS, -HOUR_MS])('follows a database whose clock was set by %d ms', (jump) => {
    const world = new World();
    world.sample(1, 1);
    world.clock.now();
    world.database += jump;
    world.sample(20, 20);
    expect(Math.abs(world.clock.now() - world.database)).toBeLessThanOrEqual(20);
  });

  it('follows a monotonic clock that is slower than that of the database', () => {
    const world = new World();
    for (let second = 0; second < 3_600; second++) {
      world.sample(1, 1);
      world.pass(998);
      world.database += 0.5;
    }
    expect(Math.abs(world.clock.now() - world.database)).toBeLessThanOrEqual(3);
  });
});
