/** Takes the next numbers of tickets, $1 of them. They stay unused if no ticket is saved with them. */
export const RESERVE_NUMBERS = {
  name: 'reserve-numbers',
  text: `SELECT nextval('tickets_number_seq')::int AS number FROM generate_series(1, $1)`,
};
