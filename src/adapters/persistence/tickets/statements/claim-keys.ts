/**
 * Claims keys that are new, or older than $6, and returns them. Waits for a running request with
 * the same key until its answer can be read.
 */
export const CLAIM_KEYS = {
  name: 'claim-keys',
  text: `INSERT INTO idempotency_keys AS known (caller, key, fingerprint, ticket_id, refusals, created_at)
         SELECT asked.*, '[]', $5::timestamptz
           FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) AS asked
         ON CONFLICT (caller, key) DO UPDATE
            SET (fingerprint, ticket_id, version, refused, refusals, created_at)
              = (excluded.fingerprint, excluded.ticket_id, NULL, NULL, excluded.refusals, excluded.created_at)
          WHERE known.created_at < $6::timestamptz
         RETURNING caller, key`,
};

export const READ_KEYS = {
  name: 'read-keys',
  text: `SELECT caller, key, k.fingerprint, k.ticket_id, k.version, k.refused, k.refusals, k.created_at
           FROM unnest($1::text[], $2::text[]) AS asked (caller, key)
           JOIN idempotency_keys k USING (caller, key)`,
};

export const RELEASE_KEYS = {
  name: 'release-keys',
  text: `DELETE FROM idempotency_keys k USING unnest($1::text[], $2::text[]) AS asked (caller, key)
          WHERE k.caller = asked.caller AND k.key = asked.key`,
};
