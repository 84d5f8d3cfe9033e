/** Takes the next $1 numbers of tickets. A number stays unused if no ticket is saved with it. */
export const RESERVE_NUMBERS = {
  name: 'reserve-numbers',
  text: `SELECT nextval('tickets_number_seq')::int AS number FROM generate_series(1, $1)`,
};
