import { DATABASE_NOW } from '../../database/database-time';

/** How long a process holds the bus without a sign of life. */
export const BUS_LEASE_SECONDS = 15;

const LEASED_UNTIL = `${DATABASE_NOW} + interval '${BUS_LEASE_SECONDS} seconds'`;

/** Adds the bus ($1) at a position ($2) if it is new. */
export const ADD_BUS = {
  name: 'add-bus',
  text: 'INSERT INTO event_buses (name, position, token) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING',
};

/** Takes the bus ($1) for a process ($2), or extends its lease. */
export const TAKE_BUS = {
  name: 'take-bus',
  text: `UPDATE event_buses
            SET token = CASE WHEN holder = $2 THEN token ELSE token + 1 END, holder = $2, leased_until = ${LEASED_UNTIL}
          WHERE name = $1 AND (holder IS NULL OR holder = $2 OR leased_until < ${DATABASE_NOW})
         RETURNING position, token`,
};

/** Moves the bus ($1) to a position ($3) if its token ($2) is still that of the process. */
export const ADVANCE_BUS = {
  name: 'advance-bus',
  text: `UPDATE event_buses SET position = $3, leased_until = ${LEASED_UNTIL} WHERE name = $1 AND token = $2 RETURNING name`,
};

export const RELEASE_BUS = {
  name: 'release-bus',
  text: 'UPDATE event_buses SET holder = NULL, leased_until = NULL WHERE name = $1 AND token = $2',
};
