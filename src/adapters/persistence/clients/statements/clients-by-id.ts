import { isOneOf } from '../../database/sql';
/** Hot: many requests read the client of a ticket, so this is a named statement. */
export const CLIENTS_BY_ID = {
  name: 'clients-by-id',
  text: `SELECT id, name, created_at, policy, calendars FROM clients WHERE ${isOneOf('id', '$1::uuid[]')}`,
};
