-- Removes a client with all its tickets, after it was moved to another database. Run it with psql as
-- the owner of the tables, when no request for the client comes here any more:
-- psql -v client="Acme" -f remove-client.sql. While it runs, events cannot be recorded.
\set ON_ERROR_STOP on

BEGIN;
SELECT set_config('stepdown.client', :'client', true) \gset ignored_
-- psql ends with code 3 if this refuses, so that a script sees it.
DO $$
DECLARE
  moved uuid;
  last bigint;
  behind text;
BEGIN
  SELECT id INTO moved FROM clients WHERE name = current_setting('stepdown.client') FOR UPDATE;
  PERFORM FROM tickets WHERE client_id = moved FOR UPDATE;
  SELECT max(position) INTO last FROM event_positions WHERE client_id = moved;
  IF moved IS NULL THEN
    RAISE EXCEPTION 'There is no client of that name.';
  ELSIF EXISTS (SELECT FROM events e, event_retention r WHERE e.client_id = moved AND e.id > r.removed_event_id
                   AND NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)) THEN
    RAISE EXCEPTION 'An event of the client has no position in the log yet: wait, and run it again.';
  END IF;
  -- Messages that were not sent would be lost: the new cell does not send them.
  SELECT string_agg(reader.name, ', ' ORDER BY reader.name) INTO behind FROM (
    SELECT 'event bus ' || name FROM event_buses WHERE position < last UNION ALL
    SELECT 'webhook ' || w.id FROM webhooks w
     WHERE w.disabled_at IS NULL AND (w.client_ids IS NULL OR moved = ANY (w.client_ids))
       AND (w.position < last OR EXISTS (SELECT FROM webhook_deliveries d
             WHERE d.webhook_id = w.id AND d.client_id = moved AND d.status = 'PENDING'))) reader (name);
  IF behind IS NOT NULL THEN
    RAISE EXCEPTION 'These have not sent all events of the client: %.', behind
      USING HINT = 'Wait, and run it again. What a disabled webhook has not sent is given up.';
  END IF;
END $$;
SELECT id AS client_id FROM clients WHERE name = :'client' \gset

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
