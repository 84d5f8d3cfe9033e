-- Removes a client with all its tickets, after it was moved to another database. Run it with psql as
-- the owner of the tables, when no request for the client comes here any more:
-- psql -v client="Acme" -f remove-client.sql. While it runs, events cannot be recorded.
\set ON_ERROR_STOP on

BEGIN;
SELECT max(id::text) AS client_id FROM (SELECT id FROM clients WHERE name = :'client' FOR UPDATE) c \gset
\if :{?client_id}
\else
  \warn 'There is no client of that name.'
  \quit
\endif
SELECT count(*) FROM (SELECT FROM tickets WHERE client_id = :'client_id' FOR UPDATE) t \gset locked_

-- Names of persons and tags that no other client has.
WITH written AS (
  SELECT e.client_id = :'client_id' AS moved, w.text
    FROM events e, LATERAL (
      SELECT e.data->>'assignee' AS text UNION ALL SELECT e.data->>'reporter'
      UNION ALL SELECT tag FROM jsonb_array_elements_text(
        CASE jsonb_typeof(e.data->'tags') WHEN 'array' THEN e.data->'tags' ELSE '[]' END) AS tag) w
   WHERE e.type IN ('SUBMITTED', 'ASSIGNED') AND w.text IS NOT NULL)
DELETE FROM spellings WHERE written IN (SELECT text FROM written GROUP BY text HAVING bool_and(moved));
DELETE FROM search_texts WHERE ticket_id IN (SELECT id FROM tickets WHERE client_id = :'client_id');
DELETE FROM deadline_faults WHERE ticket_id IN (SELECT id FROM tickets WHERE client_id = :'client_id');
DELETE FROM idempotency_keys WHERE ticket_id IN (SELECT id FROM tickets WHERE client_id = :'client_id');
DELETE FROM external_ids WHERE client_id = :'client_id';
DELETE FROM commitment_outcomes WHERE client_id = :'client_id';
DELETE FROM ticket_milestones WHERE client_id = :'client_id';

ALTER TABLE event_positions DISABLE TRIGGER event_positions_append_only;
ALTER TABLE events DISABLE TRIGGER events_append_only;
DELETE FROM event_positions WHERE client_id = :'client_id';
DELETE FROM events WHERE client_id = :'client_id';
ALTER TABLE events ENABLE ALWAYS TRIGGER events_append_only;
ALTER TABLE event_positions ENABLE ALWAYS TRIGGER event_positions_append_only;

DELETE FROM tickets WHERE client_id = :'client_id';
-- Its API keys and deliveries go with it.
DELETE FROM clients WHERE id = :'client_id';
COMMIT;
