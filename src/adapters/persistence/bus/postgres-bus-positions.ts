import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { BusPositions } from '../../../application/ports/event-bus';
import { lanesOf } from '../database/lanes';
import { rowsOf } from '../database/sql';
import { ADD_BUS, ADVANCE_BUS, RELEASE_BUS, TAKE_BUS } from './statements/bus-positions';

/** The positions of a bus in the table `event_buses`, with leases by the clock of the database. */
export function createBusPositions(pool: Pool, name: string): BusPositions {
  const on = lanesOf(pool).engine.ownWork;
  const holder = randomUUID();
  return {
    take: async (start) => {
      const attempt = () => rowsOf<{ position: string; token: string }>(on, { ...TAKE_BUS, values: [name, holder] });
      let [row] = await attempt();
      if (row === undefined) {
        await rowsOf(on, { ...ADD_BUS, values: [name, start] });
        [row] = await attempt();
      }
      return row === undefined ? null : { position: Number(row.position), token: Number(row.token) };
    },
    advance: async ({ token }, position) =>
      (await rowsOf(on, { ...ADVANCE_BUS, values: [name, token, position] })).length > 0,
    release: async ({ token }) => {
      await rowsOf(on, { ...RELEASE_BUS, values: [name, token] });
    },
  };
}
