import { DATABASE_NOW } from '../../database/database-time';

/**
 * Adds to what was spent of limits, and returns what all processes have spent of them. In the order
 * of the keys, so that two processes do not wait for each other.
 */
export const ADD_SPENDING = {
  name: 'add-spending',
  text: `
    INSERT INTO rate_limits AS known (key, spent, resets_at)
    SELECT key, spent, ${DATABASE_NOW} + $3 * interval '1 millisecond'
      FROM unnest($1::text[], $2::bigint[]) AS added (key, spent) ORDER BY key
        ON CONFLICT (key) DO UPDATE SET
           spent = excluded.spent + CASE WHEN known.resets_at > ${DATABASE_NOW} THEN known.spent ELSE 0 END,
           resets_at = CASE WHEN known.resets_at > ${DATABASE_NOW} THEN known.resets_at ELSE excluded.resets_at END
    RETURNING key, spent, extract(epoch FROM resets_at - ${DATABASE_NOW})::float8 * 1000 AS reset_ms`,
};
