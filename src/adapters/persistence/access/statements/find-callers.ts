import { isOneOf } from '../../database/sql';
// Hot: every request with a credential can read one of these, so they are named statements.

export const KEYS_BY_PREFIX = {
  name: 'api-keys-by-prefix',
  text: `SELECT * FROM api_keys WHERE ${isOneOf('prefix', '$1::text[]')}`,
};

export const PEOPLE_BY_SUBJECT = {
  name: 'people-by-subject',
  text: `SELECT * FROM people WHERE ${isOneOf('subject', '$1::text[]')}`,
};
