-- The schema of the database, printed from a migrated database by `npm run schema:sql`. Do not edit.
-- Left out: the table of executed migrations, which TypeORM creates.

-- API keys of services
CREATE TABLE api_keys (
  -- Primary key, a UUID version 7
  id uuid NOT NULL,
  -- Part of the key that identifies it, and that logs show
  prefix text NOT NULL,
  -- SHA-256 of the secret part of the key, in hexadecimal digits
  secret_hash text NOT NULL,
  -- Name of the key, for people
  name text NOT NULL,
  -- What the key allows
  scopes text[] NOT NULL,
  -- Client whose tickets the key is for; null for those of all clients
  client_id uuid,
  -- Time at which the key was created
  created_at timestamp(3) with time zone NOT NULL,
  -- Actor who created the key
  created_by jsonb NOT NULL,
  -- Time from which the key is refused; null if it does not expire
  expires_at timestamp(3) with time zone,
  -- Time at which the key was revoked; null if it was not
  revoked_at timestamp(3) with time zone,
  -- Time of the last use, to the minute; null if the key was not used
  last_used_at timestamp(3) with time zone,
  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT api_keys_prefix_key UNIQUE (prefix),
  CONSTRAINT api_keys_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE
);
CREATE INDEX api_keys_client_id_idx ON public.api_keys USING btree (client_id);
CREATE INDEX api_keys_created_at_idx ON public.api_keys USING btree (created_at, id);

-- Audit log: who signed in, changed keys, people, policies and terms, and exported
CREATE TABLE audit_events (
  -- Primary key, a UUID version 7
  id uuid NOT NULL,
  -- What happened
  kind text NOT NULL,
  -- Time at which it happened
  at timestamp(3) with time zone NOT NULL,
  -- Who acted; null if that is not known
  actor jsonb,
  -- What it is about: prefix of a key, policy and version, id of a client or person
  subject text,
  -- Address of the caller; null for work on the command line
  address text,
  -- Why it failed, or what was done
  detail text,
  -- How often it happened
  count integer NOT NULL,
  CONSTRAINT audit_events_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_events_at_idx ON public.audit_events USING btree (at, id);

-- Breaking migrations; a process that does not know all of them can read but not write
CREATE TABLE breaking_migrations (
  -- Number of the migration, from its name
  number bigint NOT NULL,
  -- Name of the migration
  name text NOT NULL,
  CONSTRAINT breaking_migrations_pkey PRIMARY KEY (number)
);

-- Client accounts
CREATE TABLE clients (
  -- Primary key, a UUID version 7
  id uuid NOT NULL,
  -- Name of the client; unique
  name text NOT NULL,
  -- Time at which the account was created
  created_at timestamp(3) with time zone NOT NULL,
  -- Policy under which new tickets of the client are opened; null for the default policy
  policy text,
  -- Calendars that replace calendars of the policy, by the name of the replaced calendar
  calendars jsonb NOT NULL DEFAULT '{}'::jsonb,
  -- Key by which the name is compared; null if an older process wrote the row, or if another client has the key
  name_key uuid,
  -- Name as it is compared and ordered; null if an older process wrote the row
  name_folded text,
  CONSTRAINT clients_pkey PRIMARY KEY (id),
  CONSTRAINT clients_name_key UNIQUE (name),
  CONSTRAINT clients_name_key_key UNIQUE (name_key)
);
CREATE INDEX clients_created_at_idx ON public.clients USING btree (created_at, id);
CREATE INDEX clients_name_folded_idx ON public.clients USING btree (name_folded, id);
CREATE INDEX clients_terms_idx ON public.clients USING btree (id) WHERE ((policy IS NOT NULL) OR (calendars <> '{}'::jsonb));

-- Cycles of commitments that were met or breached, for reports; derived from the tickets
CREATE TABLE commitment_outcomes (
  -- Ticket of the cycle
  ticket_id uuid NOT NULL,
  -- Kind of the commitment: RESPONSE, UPDATE or RESOLUTION
  kind text NOT NULL,
  -- Number of the cycle, from 1 for each kind
  cycle integer NOT NULL,
  -- Client of the ticket
  client_id uuid NOT NULL,
  -- Severity that determined the target of the cycle
  severity text NOT NULL,
  -- Time of the breach, or, if there was none, of the fulfilment
  decided_at timestamp(3) with time zone NOT NULL,
  -- Severity of the ticket at the breach; null if the cycle was met
  breach_severity text,
  -- Whether the breach is waived
  waived boolean NOT NULL,
  -- Time at which the cycle ended; null while a breached cycle is open
  ended_at timestamp(3) with time zone,
  -- Whether a waiver is proposed and not decided; null for false
  waiver_proposed boolean,
  CONSTRAINT commitment_outcomes_pkey PRIMARY KEY (ticket_id, kind, cycle)
);
CREATE INDEX commitment_outcomes_decided_at_idx ON public.commitment_outcomes USING btree (decided_at);

-- Tickets whose due deadlines could not be recorded; the deadline engine skips each of them until retry_at
CREATE TABLE deadline_faults (
  -- Ticket that is skipped
  ticket_id uuid NOT NULL,
  -- Number of failed attempts
  attempts integer NOT NULL,
  -- Time of the next attempt
  retry_at timestamp(3) with time zone NOT NULL,
  -- Error of the last attempt
  error text NOT NULL,
  -- Time of the first failed attempt
  since timestamp(3) with time zone NOT NULL,
  CONSTRAINT deadline_faults_pkey PRIMARY KEY (ticket_id),
  CONSTRAINT deadline_faults_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets(id)
);
CREATE INDEX deadline_faults_retry_at_idx ON public.deadline_faults USING btree (retry_at);

-- How far the log is published to other systems
CREATE TABLE event_buses (
  -- Primary key, the kind of the bus and its stream
  name text NOT NULL,
  -- The events up to this position are on the bus
  "position" bigint NOT NULL,
  -- Counts the processes that have held the bus, so that an earlier one cannot move it
  token bigint NOT NULL,
  -- The process that publishes; NULL if none does
  holder uuid,
  -- Until when the process holds the bus; NULL if none does
  leased_until timestamp(3) with time zone,
  CONSTRAINT event_buses_pkey PRIMARY KEY (name)
);

-- How far the events of the log have positions; place_events keeps the newest row
CREATE TABLE event_placements (
  -- Primary key, one more for each batch of positions
  batch bigint NOT NULL,
  -- The last position that was given
  last_position bigint NOT NULL,
  -- All events that this snapshot shows have positions; NULL if that is not known
  placed pg_snapshot,
  -- The snapshot whose events are getting positions, in several batches; otherwise NULL
  underway pg_snapshot,
  -- Of the snapshot in underway, the events up to this id have positions
  underway_to bigint NOT NULL,
  -- The server that counted the transactions of the snapshots, by its system identifier
  cluster bigint NOT NULL,
  CONSTRAINT event_placements_pkey PRIMARY KEY (batch)
);

-- The order of the log, append-only: readers follow it by position
CREATE TABLE event_positions (
  -- Primary key, counts from 1 without gaps
  "position" bigint NOT NULL,
  -- The event at the position
  event_id bigint NOT NULL,
  -- Client of the ticket of the event
  client_id uuid NOT NULL,
  CONSTRAINT event_positions_pkey PRIMARY KEY ("position"),
  CONSTRAINT event_positions_event_id_key UNIQUE (event_id)
);
CREATE INDEX event_positions_client_id_position_idx ON public.event_positions USING btree (client_id, "position");
CREATE TRIGGER event_positions_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON event_positions FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
ALTER TABLE event_positions ENABLE ALWAYS TRIGGER event_positions_append_only;

-- From where the log is kept; one row
CREATE TABLE event_retention (
  -- Primary key, always true
  single_row boolean NOT NULL DEFAULT true,
  -- Events up to this position may have been removed; readers before it get an error
  removed_to bigint NOT NULL,
  -- The greatest id of an event whose position was removed; 0 if none was
  removed_event_id bigint NOT NULL DEFAULT 0,
  CONSTRAINT event_retention_pkey PRIMARY KEY (single_row),
  CONSTRAINT event_retention_single_row_check CHECK (single_row)
);

-- Append-only log of what happened to tickets; the tickets are derived from it and subscriptions read it
CREATE TABLE events (
  -- Orders the events of one transaction
  id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
  -- Transaction that recorded the event; place_events finds new events by it
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- Ticket of the event
  ticket_id uuid NOT NULL,
  -- Client of the ticket
  client_id uuid NOT NULL,
  -- Number of the event, from 1 for each ticket
  number integer NOT NULL,
  -- Type of the event
  type text NOT NULL,
  -- Time at which the event occurred; for an imported event, the time in the imported log
  at timestamp(3) with time zone NOT NULL,
  -- Time at which the event was recorded
  recorded_at timestamp(3) with time zone NOT NULL,
  -- Actor who caused the event: kind, id and name
  actor jsonb NOT NULL,
  -- Fields of the event that depend on its type
  data jsonb NOT NULL,
  -- Identifies an event that can occur only once for a ticket: a breach or a mark of one cycle
  once_key text,
  -- Version of the shape of data, counted from 1 for each type
  schema_version smallint NOT NULL DEFAULT 1,
  CONSTRAINT events_pkey PRIMARY KEY (id),
  CONSTRAINT events_ticket_id_number_key UNIQUE (ticket_id, number),
  CONSTRAINT events_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets(id)
);
CREATE UNIQUE INDEX events_once_key ON public.events USING btree (ticket_id, once_key) WHERE (once_key IS NOT NULL);
CREATE INDEX events_xid_id_idx ON public.events USING btree (xid, id);
CREATE TRIGGER events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
ALTER TABLE events ENABLE ALWAYS TRIGGER events_append_only;

-- External ids of tickets; within a client they are unique as they are compared
CREATE TABLE external_ids (
  -- Key by which the external id is compared
  folded uuid NOT NULL,
  -- Client of the ticket
  client_id uuid NOT NULL,
  -- 0; for a further ticket whose external id became equal to that of another, the number of the ticket
  duplicate integer NOT NULL DEFAULT 0,
  -- The external id as it is written in the ticket
  written text NOT NULL,
  CONSTRAINT external_ids_pkey PRIMARY KEY (folded, client_id, duplicate)
);

-- Answers to requests that carry an idempotency key, so that a repeated request gets the same answer
CREATE TABLE idempotency_keys (
  -- Actor who sent the request: kind and id
  caller text NOT NULL,
  -- Idempotency key as the caller sent it
  key text NOT NULL,
  -- Hash of the input; the same key with another input is refused
  fingerprint text NOT NULL,
  -- Ticket or other object of the request; need not exist
  ticket_id uuid NOT NULL,
  -- Version of the object after the request; null if it did not change
  version integer,
  -- Refusal of the whole request
  refused jsonb,
  -- For each step of the request, its refusal, or null if it was carried out
  refusals jsonb NOT NULL,
  -- Time at which the request was first answered
  created_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON public.idempotency_keys USING btree (created_at);

-- How far the tables that are derived from the event log are
CREATE TABLE log_followers (
  -- What is derived from the log: names (spellings and external_ids), texts (search_texts) or replies (tickets.awaiting_reply_since)
  name text NOT NULL,
  -- The events of all transactions before this one are done
  done_before xid8 NOT NULL,
  -- The events up to this position are done
  "position" bigint NOT NULL DEFAULT 0,
  CONSTRAINT log_followers_pkey PRIMARY KEY (name)
);

-- People that are known from their tokens
CREATE TABLE people (
  -- Primary key, a UUID version 7
  id uuid NOT NULL,
  -- Subject of the tokens, which identifies the person at the identity provider
  subject text NOT NULL,
  -- Name of the person
  name text NOT NULL,
  -- Key by which the name is compared
  name_key uuid NOT NULL,
  -- E-mail address of the person; null if the tokens have none
  email text,
  -- Role that the newest token gives
  role text NOT NULL,
  -- Clients whose tickets the newest token allows; null for those of all clients
  client_ids uuid[],
  -- Whether the person may use the service
  is_active boolean NOT NULL DEFAULT true,
  -- Time at which the first token of the person was seen
  first_seen_at timestamp(3) with time zone NOT NULL,
  -- Time at which a token of the person was seen last, to the hour
  last_seen_at timestamp(3) with time zone NOT NULL,
  -- Time at which the newest token of the person was issued
  token_issued_at timestamp(3) with time zone NOT NULL,
  -- Name as it is compared and ordered; null if an older process wrote the row
  name_folded text,
  CONSTRAINT people_pkey PRIMARY KEY (id),
  CONSTRAINT people_subject_key UNIQUE (subject),
  CONSTRAINT people_role_check CHECK ((role = ANY (ARRAY['CLIENT'::text, 'AGENT'::text, 'ADMIN'::text])))
);
CREATE INDEX people_first_seen_at_idx ON public.people USING btree (first_seen_at, id);
CREATE INDEX people_name_folded_idx ON public.people USING btree (name_folded, id);
CREATE INDEX people_name_key_idx ON public.people USING btree (name_key);

-- Published versions of policies; kept forever, because a ticket refers to the version under which it was opened
CREATE TABLE policy_versions (
  -- Name of the policy
  id text NOT NULL,
  -- Number of the version, from 1 for each policy
  version integer NOT NULL,
  -- Rules, targets and calendars, with the holidays listed as dates
  document jsonb NOT NULL,
  -- SHA-256 of the data from which the version was published
  fingerprint text NOT NULL,
  -- Time at which the version was published
  published_at timestamp(3) with time zone NOT NULL,
  -- Text from which the version was published; null if it was not kept
  yaml text,
  -- Actor who published the version: kind, id and name; null if the service published its configured file at start
  published_by jsonb,
  -- Whether the configured policy file contained this version when a service started
  configured boolean NOT NULL,
  CONSTRAINT policy_versions_pkey PRIMARY KEY (id, version)
);

-- What callers and clients have spent of their rate limits in this minute
CREATE UNLOGGED TABLE rate_limits (
  -- Primary key, a SHA-256 of whose limit it is
  key text NOT NULL,
  -- Cost of the operations of this minute, of all processes
  spent bigint NOT NULL,
  -- Time at which the minute ends
  resets_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT rate_limits_pkey PRIMARY KEY (key)
);

-- Texts of events for searches; derived from the event log
CREATE TABLE search_texts (
  -- Ticket of the event
  ticket_id uuid NOT NULL,
  -- Number of the event in its ticket
  number integer NOT NULL,
  -- Texts of the event, folded for comparison, a line for each
  folded text NOT NULL,
  -- Numbers for the sequences of three characters that the words of the texts contain
  grams integer[] NOT NULL,
  -- Whether persons of the client must not find the texts, such as those of a note
  is_internal boolean NOT NULL DEFAULT false,
  CONSTRAINT search_texts_pkey PRIMARY KEY (ticket_id, number)
);
CREATE INDEX search_texts_grams_idx ON public.search_texts USING gin (grams);

-- How names of assignees and reporters and tags are written; derived from the event log
CREATE TABLE spellings (
  -- Key by which the text is compared
  folded uuid NOT NULL,
  -- Hash of the text as it is written
  written_hash uuid NOT NULL,
  -- The text as it is written in tickets
  written text NOT NULL,
  CONSTRAINT spellings_pkey PRIMARY KEY (folded, written_hash)
);

-- Milestones that tickets reached and the business time until then, for reports; derived from the tickets
CREATE TABLE ticket_milestones (
  -- Ticket that reached the milestone
  ticket_id uuid NOT NULL,
  -- RESPONSE or WORKAROUND, the first of each; RESOLUTION or CLOSING
  milestone text NOT NULL,
  -- Client of the ticket
  client_id uuid NOT NULL,
  -- Severity of the ticket immediately before the milestone
  severity text NOT NULL,
  -- Time at which the milestone was reached; null for the resolution of a ticket that was reopened since
  at timestamp(3) with time zone,
  -- Business time from the opening, without pauses, in milliseconds; null if it is not known
  business_ms bigint,
  CONSTRAINT ticket_milestones_pkey PRIMARY KEY (ticket_id, milestone)
);
CREATE INDEX ticket_milestones_at_idx ON public.ticket_milestones USING btree (at);

-- Current state of the tickets: the result of folding their events, with columns for lists and deadlines
CREATE TABLE tickets (
  -- Primary key, a UUID version 7 generated by the service
  id uuid NOT NULL,
  -- Number of the ticket for people; increases across all clients
  number integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
  -- Client to which the ticket belongs
  client_id uuid NOT NULL,
  -- Summary in one line
  subject text NOT NULL,
  -- Description of the problem
  description text,
  -- Person at the client who reported the problem
  reporter text,
  -- Person who works on the ticket
  assignee text,
  -- Channel through which the ticket was submitted: EXTRANET, EMAIL or PHONE
  channel text NOT NULL,
  -- Identifier of the ticket in another system; unique within the client
  external_id text,
  -- Address of the ticket in the other system
  external_url text,
  -- Tags by which the ticket can be found
  tags text[] NOT NULL,
  -- Ticket that this ticket follows up
  follow_up_of uuid,
  -- Policy under which the ticket was opened
  policy_id text NOT NULL,
  -- Version of the policy; never changes
  policy_version integer NOT NULL,
  -- Impacts, each an audience, a consequence and a note
  impacts jsonb NOT NULL,
  -- Current severity; SEV1 is the most urgent
  severity text NOT NULL,
  -- Severity when the ticket was opened
  initial_severity text NOT NULL,
  -- Clause of the policy that matches the impacts
  clause text NOT NULL,
  -- Severity set by an agent instead of the classified one, with reason, time and actor
  override jsonb,
  -- Number of the last event that reclassified the ticket; 0 if there is none
  reclassified_by integer NOT NULL,
  -- State of the lifecycle: open, workaroundApplied, resolved or closed
  state text NOT NULL,
  -- State to which a reopening returns: open or workaroundApplied
  resolved_from text,
  -- Time at which the ticket was opened
  opened_at timestamp(3) with time zone NOT NULL,
  -- Time of the first action that counts as a response
  responded_at timestamp(3) with time zone,
  -- Time at which the ticket was acknowledged
  acknowledged_at timestamp(3) with time zone,
  -- Time of the first call of the client
  call_recorded_at timestamp(3) with time zone,
  -- Time at which the workaround in effect was applied
  workaround_applied_at timestamp(3) with time zone,
  -- Time at which the ticket was resolved; null again after a reopening
  resolved_at timestamp(3) with time zone,
  -- Time at which the ticket was closed
  closed_at timestamp(3) with time zone,
  -- How the ticket was resolved
  resolution text,
  -- Why the ticket was closed
  close_reason text,
  -- Time of the last inbound message or call, or of the resolution; set only while the ticket is resolved
  silent_since timestamp(3) with time zone,
  -- Periods of waiting, each with reason, from and until
  waits jsonb NOT NULL,
  -- Periods from opening or reopening to resolution, each with from and until
  stints jsonb NOT NULL,
  -- Workarounds in the order in which they were applied, including withdrawn ones
  workarounds jsonb NOT NULL,
  -- Changes of severity in the order in which they occurred
  severity_changes jsonb NOT NULL,
  -- Cycles of all commitments, each with start, total, marks, breach and end
  cycles jsonb NOT NULL,
  -- Commitments that are not measured, because an imported history has no evidence for them
  not_measured text[] NOT NULL,
  -- End of an imported history; nothing after it is measured
  observed_until timestamp(3) with time zone,
  -- Number of events of the ticket
  version integer NOT NULL,
  -- Time at which the last event occurred
  last_event_at timestamp(3) with time zone NOT NULL,
  -- Time at which the first event was recorded
  created_at timestamp(3) with time zone NOT NULL,
  -- Time at which the last event was recorded
  updated_at timestamp(3) with time zone NOT NULL,
  -- Status of RESPONSE as of the last event; AT_RISK and a breach that is not recorded yet follow from the times
  response_status text,
  -- Time at which RESPONSE is or was due; null while paused, after its end, and for best effort
  response_due_at timestamp(3) with time zone,
  -- Time from which RESPONSE is at risk while it is running
  response_at_risk_at timestamp(3) with time zone,
  -- Status of UPDATE as of the last event; AT_RISK and a breach that is not recorded yet follow from the times
  update_status text,
  -- Time at which UPDATE is or was due; null while paused, after its end, and for best effort
  update_due_at timestamp(3) with time zone,
  -- Time from which UPDATE is at risk while it is running
  update_at_risk_at timestamp(3) with time zone,
  -- Status of RESOLUTION as of the last event; AT_RISK and a breach that is not recorded yet follow from the times
  resolution_status text,
  -- Time at which RESOLUTION is or was due; null while paused, after its end, and for best effort
  resolution_due_at timestamp(3) with time zone,
  -- Time from which RESOLUTION is at risk while it is running
  resolution_at_risk_at timestamp(3) with time zone,
  -- Earliest of the three due times
  due_at timestamp(3) with time zone,
  -- Time of the next mark, breach or closing after silence; the deadline engine searches by it
  next_deadline_at timestamp(3) with time zone,
  -- Whether a breach of any cycle was recorded
  breached boolean NOT NULL,
  -- Lower severity that awaits the approval of another agent
  proposal jsonb,
  -- Calendars that replace calendars of the policy, by the name of the replaced calendar
  calendars jsonb NOT NULL DEFAULT '{}'::jsonb,
  -- Silence before this time closes no ticket; NULL if all silence counts
  silence_from timestamp(3) with time zone,
  -- Whether a waiver of a breach is proposed and not decided
  has_proposed_waiver boolean NOT NULL DEFAULT false,
  -- Time of the oldest message or call of the client that is not answered yet
  awaiting_reply_since timestamp(3) with time zone,
  -- Persons at the client, each with name, e-mail address, phone number and role
  contacts jsonb NOT NULL DEFAULT '[]'::jsonb,
  -- Severities at which the policy asks the client to call as well; never changes
  call_severities text[] NOT NULL DEFAULT '{SEV1}'::text[],
  CONSTRAINT tickets_pkey PRIMARY KEY (id),
  CONSTRAINT tickets_number_key UNIQUE (number),
  CONSTRAINT tickets_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  CONSTRAINT tickets_follow_up_of_fkey FOREIGN KEY (follow_up_of) REFERENCES tickets(id),
  CONSTRAINT tickets_policy_fkey FOREIGN KEY (policy_id, policy_version) REFERENCES policy_versions(id, version)
);
CREATE INDEX tickets_awaiting_reply_since_idx ON public.tickets USING btree (awaiting_reply_since, id);
CREATE INDEX tickets_client_id_number_idx ON public.tickets USING btree (client_id, number);
CREATE INDEX tickets_due_at_idx ON public.tickets USING btree (due_at, id);
CREATE UNIQUE INDEX tickets_external_id_key ON public.tickets USING btree (external_id, client_id) WHERE (external_id IS NOT NULL);
CREATE INDEX tickets_follow_up_of_idx ON public.tickets USING btree (follow_up_of, number) WHERE (follow_up_of IS NOT NULL);
CREATE INDEX tickets_has_proposed_waiver_idx ON public.tickets USING btree (id) WHERE has_proposed_waiver;
CREATE INDEX tickets_last_event_at_idx ON public.tickets USING btree (last_event_at, id);
CREATE INDEX tickets_next_deadline_at_idx ON public.tickets USING btree (next_deadline_at, id) WHERE (next_deadline_at IS NOT NULL);
CREATE INDEX tickets_opened_at_idx ON public.tickets USING btree (opened_at, id);
CREATE INDEX tickets_resolution_due_at_idx ON public.tickets USING btree (resolution_due_at, id) WHERE (resolution_due_at IS NOT NULL);
CREATE INDEX tickets_response_due_at_idx ON public.tickets USING btree (response_due_at, id) WHERE (response_due_at IS NOT NULL);
CREATE INDEX tickets_update_due_at_idx ON public.tickets USING btree (update_due_at, id) WHERE (update_due_at IS NOT NULL);
CREATE INDEX tickets_updated_at_idx ON public.tickets USING btree (updated_at, id);
CREATE INDEX tickets_work_all_idx ON public.tickets USING btree (work_place(NULL::timestamp with time zone, state, assignee, severity, call_severities, call_recorded_at, awaiting_reply_since, has_proposed_waiver, cycles, proposal, waits, opened_at, observed_until, due_at, next_deadline_at, response_status, response_at_risk_at, update_status, update_at_risk_at, resolution_status, resolution_at_risk_at), id) WHERE ((state = ANY (ARRAY['open'::text, 'workaroundApplied'::text])) OR ((state = 'resolved'::text) AND (awaiting_reply_since IS NOT NULL)) OR has_proposed_waiver);
CREATE INDEX tickets_work_assignee_idx ON public.tickets USING btree (assignee, work_place(NULL::timestamp with time zone, state, assignee, severity, call_severities, call_recorded_at, awaiting_reply_since, has_proposed_waiver, cycles, proposal, waits, opened_at, observed_until, due_at, next_deadline_at, response_status, response_at_risk_at, update_status, update_at_risk_at, resolution_status, resolution_at_risk_at), id) WHERE ((state = ANY (ARRAY['open'::text, 'workaroundApplied'::text])) OR ((state = 'resolved'::text) AND (awaiting_reply_since IS NOT NULL)) OR has_proposed_waiver);
CREATE INDEX tickets_work_client_idx ON public.tickets USING btree (client_id, work_place(NULL::timestamp with time zone, state, assignee, severity, call_severities, call_recorded_at, awaiting_reply_since, has_proposed_waiver, cycles, proposal, waits, opened_at, observed_until, due_at, next_deadline_at, response_status, response_at_risk_at, update_status, update_at_risk_at, resolution_status, resolution_at_risk_at), id) WHERE ((state = ANY (ARRAY['open'::text, 'workaroundApplied'::text])) OR ((state = 'resolved'::text) AND (awaiting_reply_since IS NOT NULL)) OR has_proposed_waiver);

-- Messages to endpoints, and what came of the last attempt to send them
CREATE TABLE webhook_deliveries (
  -- Primary key, a UUID version 7
  id uuid NOT NULL,
  -- Webhook of the delivery
  webhook_id uuid NOT NULL,
  -- What the message is about: EVENT, TEST or WEBHOOK_DISABLED
  kind text NOT NULL,
  -- Position of the event in the log; null unless the kind is EVENT
  "position" bigint,
  -- Ticket of the event; null unless the kind is EVENT
  ticket_id uuid,
  -- Number of the event within its ticket; null unless the kind is EVENT
  event_number integer,
  -- Client of the ticket; null unless the kind is EVENT
  client_id uuid,
  -- Webhook that was disabled; null unless the kind is WEBHOOK_DISABLED
  about_webhook_id uuid,
  -- PENDING, DELIVERED, FAILED or CANCELLED
  status text NOT NULL,
  -- Number of attempts that have ended
  attempts integer NOT NULL,
  -- Counts how often a process has claimed it; only the last claim can record an attempt
  claim integer NOT NULL,
  -- Time of the next attempt, or at which the claim of a process ends; null unless it is the next of its ticket
  next_attempt_at timestamp(3) with time zone,
  -- Time at which the last attempt ended; null if there was none
  last_attempt_at timestamp(3) with time zone,
  -- Status code of the last answer; null if there was none
  status_code integer,
  -- Why the last attempt failed; null if it did not
  error text,
  -- How long the last attempt took; null if there was none
  duration_ms integer,
  -- Beginning of the last answer; null if there was none
  response text,
  -- Time at which the delivery was added
  created_at timestamp(3) with time zone NOT NULL,
  -- Time at which it was delivered, or given up; null while it is pending
  ended_at timestamp(3) with time zone,
  CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id),
  CONSTRAINT webhook_deliveries_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE,
  CONSTRAINT webhook_deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhooks(id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_client_id_idx ON public.webhook_deliveries USING btree (client_id);
CREATE INDEX webhook_deliveries_created_at_idx ON public.webhook_deliveries USING btree (created_at, id);
CREATE INDEX webhook_deliveries_due_idx ON public.webhook_deliveries USING btree (webhook_id, next_attempt_at) WHERE (next_attempt_at IS NOT NULL);
CREATE INDEX webhook_deliveries_ended_at_idx ON public.webhook_deliveries USING btree (ended_at) WHERE (ended_at IS NOT NULL);
CREATE UNIQUE INDEX webhook_deliveries_position_key ON public.webhook_deliveries USING btree (webhook_id, "position") WHERE ("position" IS NOT NULL);
CREATE INDEX webhook_deliveries_ticket_idx ON public.webhook_deliveries USING btree (webhook_id, ticket_id, "position") WHERE (status = 'PENDING'::text);
CREATE INDEX webhook_deliveries_webhook_idx ON public.webhook_deliveries USING btree (webhook_id, created_at, id);

-- Endpoints that get the events of the log
CREATE TABLE webhooks (
  -- Primary key, a UUID version 7
  id uuid NOT NULL,
  -- Address of the endpoint as people see it; without its path where that is a secret
  url text NOT NULL,
  -- What the webhook is for; null if nothing was said
  description text,
  -- Body that the endpoint gets: STANDARD, SLACK or PAGERDUTY
  format text NOT NULL,
  -- Which events it gets
  filter jsonb NOT NULL,
  -- Clients whose events it may get; null for those of all clients
  client_ids uuid[],
  -- Whether it also gets a message when another webhook of its owner is disabled
  reports_disabled_webhooks boolean NOT NULL,
  -- Its secrets, encrypted with a key of the configuration
  sealed text NOT NULL,
  -- Why it is disabled; null while it is enabled
  disabled_reason text,
  -- Time at which it was disabled; null while it is enabled
  disabled_at timestamp(3) with time zone,
  -- Time since which every attempt has failed; null if the last one succeeded
  failing_since timestamp(3) with time zone,
  -- Last position of the log that was compared with the filter
  "position" bigint NOT NULL,
  -- Version of the body
  payload_version integer NOT NULL,
  -- Number of changes of its settings, from 1
  version integer NOT NULL,
  -- Time at which it was created
  created_at timestamp(3) with time zone NOT NULL,
  -- Actor who created it
  created_by jsonb NOT NULL,
  -- Time at which its settings were changed last
  updated_at timestamp(3) with time zone NOT NULL,
  -- Actor on whose rights it depends: who created it, or enabled it last
  owner jsonb NOT NULL,
  CONSTRAINT webhooks_pkey PRIMARY KEY (id)
);
CREATE INDEX webhooks_created_at_idx ON public.webhooks USING btree (created_at, id);

CREATE OR REPLACE FUNCTION public.events_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
   BEGIN
     RAISE EXCEPTION 'The event log is append-only: % of events is refused', TG_OP
       USING ERRCODE = 'restrict_violation', HINT = 'Record what happened since as a further event.';
   END
   $function$;

-- When the oldest committed event that has no position was recorded; NULL if all have one
CREATE OR REPLACE FUNCTION public.oldest_event_without_position()
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
   DECLARE
     last event_placements;
   BEGIN
     SELECT * INTO STRICT last FROM event_placements ORDER BY batch DESC LIMIT 1;
     IF last.placed IS NULL OR last.cluster <> (SELECT system_identifier FROM pg_control_system())
       OR pg_snapshot_xmax(last.placed) > pg_snapshot_xmax(pg_current_snapshot()) THEN
       RETURN (SELECT min(e.recorded_at) FROM events e
                WHERE NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)
            AND NOT EXISTS (
              SELECT FROM event_retention r
               WHERE e.id <= r.removed_event_id
                 AND (SELECT coalesce(pg_visible_in_snapshot(e.xid, b.placed), true)
                        FROM event_placements b ORDER BY b.batch DESC LIMIT 1)));
     END IF;
     RETURN (SELECT min(n.recorded_at) FROM (
      SELECT e.id, e.xid, e.recorded_at FROM events e
       WHERE e.xid >= pg_snapshot_xmax(last.placed) AND e.xid < pg_snapshot_xmax(pg_current_snapshot())
         AND NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)
      UNION ALL
      SELECT e.id, e.xid, e.recorded_at FROM events e
       WHERE e.xid = ANY (ARRAY (SELECT pg_snapshot_xip(last.placed)))
         AND NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)) n);
   END
   $function$;

-- Gives the next positions to at most so many events that are committed and have none; returns no row if another process does so at the moment and it should not wait
CREATE OR REPLACE FUNCTION public.place_events(is_waiting boolean, most integer)
 RETURNS TABLE(newest bigint, placed integer, is_complete boolean)
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
   #variable_conflict use_column
   DECLARE
     -- One lock for each table, because a database can have several in schemas.
     of_table constant bigint := 7401 * 2 ^ 32 + 'event_positions'::regclass::oid::bigint;
     last event_placements;
     seen pg_snapshot;
     found_ids bigint[];
     number integer;
   BEGIN
     -- Until the end of the transaction, which is this statement. What follows sees what the holder
     -- before has committed, because each statement has a snapshot of its own.
     IF is_waiting THEN PERFORM pg_advisory_xact_lock(of_table);
     ELSIF NOT pg_try_advisory_xact_lock(of_table) THEN RETURN;
     END IF;
     SELECT * INTO STRICT last FROM event_placements ORDER BY batch DESC LIMIT 1;
     IF last.cluster <> (SELECT system_identifier FROM pg_control_system())
       OR pg_snapshot_xmax(last.placed) > pg_snapshot_xmax(pg_current_snapshot()) THEN
       last.placed := NULL;
       last.underway := NULL;
       last.underway_to := 0;
     END IF;
     -- In the order of their numbers, which for one ticket is the order in which they were recorded.
     IF last.placed IS NULL THEN
       SELECT pg_current_snapshot(), ARRAY (
         SELECT e.id FROM events e
          WHERE e.id > last.underway_to AND NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)
            AND NOT EXISTS (
              SELECT FROM event_retention r
               WHERE e.id <= r.removed_event_id
                 AND (SELECT coalesce(pg_visible_in_snapshot(e.xid, b.placed), true)
                        FROM event_placements b ORDER BY b.batch DESC LIMIT 1))
            AND (last.underway IS NULL OR pg_visible_in_snapshot(e.xid, last.underway)
                 OR e.xid >= pg_snapshot_xmax(pg_current_snapshot()))
          ORDER BY e.id LIMIT most) INTO seen, found_ids;
     ELSE
       SELECT pg_current_snapshot(), ARRAY (
         SELECT n.id FROM (
      SELECT e.id, e.xid, e.recorded_at FROM events e
       WHERE e.xid >= pg_snapshot_xmax(last.placed) AND e.xid < pg_snapshot_xmax(pg_current_snapshot())
         AND NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)
      UNION ALL
      SELECT e.id, e.xid, e.recorded_at FROM events e
       WHERE e.xid = ANY (ARRAY (SELECT pg_snapshot_xip(last.placed)))
         AND NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)) n
          WHERE n.id > last.underway_to AND (last.underway IS NULL OR pg_visible_in_snapshot(n.xid, last.underway))
          ORDER BY n.id LIMIT most) INTO seen, found_ids;
     END IF;
     number := cardinality(found_ids);
     IF number > 0 OR last.underway IS NOT NULL OR last.placed IS NULL THEN
       INSERT INTO event_positions (position, event_id, client_id)
       SELECT last.last_position + f.place, e.id, e.client_id
         FROM unnest(found_ids) WITH ORDINALITY f (id, place) JOIN events e ON e.id = f.id;
       INSERT INTO event_placements (batch, last_position, placed, underway, underway_to, cluster)
       SELECT last.batch + 1, last.last_position + number,
              CASE WHEN number < most THEN coalesce(last.underway, seen) ELSE last.placed END,
              CASE WHEN number < most THEN NULL ELSE coalesce(last.underway, seen) END,
              CASE WHEN number < most THEN 0 ELSE found_ids[most] END, system_identifier
         FROM pg_control_system();
       DELETE FROM event_placements WHERE batch = last.batch;
       IF number > 0 THEN PERFORM pg_notify('stepdown_positions', (last.last_position + number)::text); END IF;
     END IF;
     RETURN QUERY SELECT last.last_position + number, number, number < most AND last.underway IS NULL;
   END
   $function$;

-- Deletes entries of the audit log from before a time, which is at least 30 days ago; returns their number
CREATE OR REPLACE FUNCTION public.purge_audit_events(before timestamp with time zone, most integer)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
BEGIN ATOMIC
 WITH purged AS (
          DELETE FROM audit_events
           WHERE (audit_events.id IN ( SELECT audit_events_1.id
                    FROM audit_events audit_events_1
                   WHERE (audit_events_1.at < LEAST(purge_audit_events.before, (now() - '30 days'::interval)))
                   ORDER BY audit_events_1.at
                  LIMIT purge_audit_events.most))
           RETURNING 1 AS "?column?"
         )
  SELECT (count(*))::integer AS count
    FROM purged;
END;

-- Refuses writes unless stepdown.newest_migration, set by the process, is at least the newest breaking migration
CREATE OR REPLACE FUNCTION public.refuse_older_writers()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  DECLARE
    known bigint := coalesce(nullif(current_setting('stepdown.newest_migration', true), ''), '0')::bigint;
    missing text := (SELECT name FROM breaking_migrations WHERE number > known ORDER BY number DESC LIMIT 1);
  BEGIN
    IF missing IS NOT NULL THEN
      RAISE EXCEPTION 'The database was migrated by a newer version of Stepdown (%): this process no longer writes. Run that version or a later one.', missing
        USING ERRCODE = '57SD1',
              HINT = 'To write by hand, first run SET stepdown.newest_migration = followed by the number of that migration.';
    END IF;
    RETURN NULL;
  END
  $function$;

-- How the names with these keys are written; also for roles that may not read all names
CREATE OR REPLACE FUNCTION public.spellings_of(keys uuid[])
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 2
BEGIN ATOMIC
 SELECT s.written
    FROM spellings s
   WHERE (s.folded = ANY (spellings_of.keys));
END;

-- Tickets with a text, for those who see some clients: a policy of search_texts could not use its index
CREATE OR REPLACE FUNCTION public.tickets_with_text(pattern text, clients uuid[])
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 100
BEGIN ATOMIC
 SELECT s.ticket_id
    FROM (search_texts s
      JOIN tickets t ON ((t.id = s.ticket_id)))
   WHERE ((s.folded ~~ tickets_with_text.pattern) AND (t.client_id = ANY (( SELECT COALESCE((NULLIF(current_setting('stepdown.sees'::text, true), ''::text))::uuid[],
                 CASE current_setting('role'::text)
                     WHEN 'none'::text THEN tickets_with_text.clients
                     ELSE NULL::uuid[]
                 END) AS "coalesce")::uuid[])) AND ((NOT s.is_internal) OR (( SELECT current_setting('stepdown.internal'::text, true) AS current_setting) = 'yes'::text)));
END;

-- Tickets with a text, for those who see some clients: a policy of search_texts could not use its index
CREATE OR REPLACE FUNCTION public.tickets_with_text(pattern text, clients uuid[], of_words integer[])
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 100
BEGIN ATOMIC
 SELECT s.ticket_id
    FROM (search_texts s
      JOIN tickets t ON ((t.id = s.ticket_id)))
   WHERE ((s.grams @> tickets_with_text.of_words) AND (s.folded ~~ tickets_with_text.pattern) AND (t.client_id = ANY (( SELECT COALESCE((NULLIF(current_setting('stepdown.sees'::text, true), ''::text))::uuid[],
                 CASE current_setting('role'::text)
                     WHEN 'none'::text THEN tickets_with_text.clients
                     ELSE NULL::uuid[]
                 END) AS "coalesce")::uuid[])) AND ((NOT s.is_internal) OR (( SELECT current_setting('stepdown.internal'::text, true) AS current_setting) = 'yes'::text)));
END;

-- Place of a ticket in the work list at a time; if the time is null, until its next deadline. The bits from 50 on are the reason, the most urgent is 1, and 10 more if the ticket waits; the others are the time by which it is ordered, in milliseconds
CREATE OR REPLACE FUNCTION public.work_place(now timestamp with time zone, state text, assignee text, severity text, call_severities text[], call_recorded_at timestamp with time zone, awaiting_reply_since timestamp with time zone, has_proposed_waiver boolean, cycles jsonb, proposal jsonb, waits jsonb, opened_at timestamp with time zone, observed_until timestamp with time zone, due_at timestamp with time zone, next_deadline_at timestamp with time zone, response_status text, response_at_risk_at timestamp with time zone, update_status text, update_at_risk_at timestamp with time zone, resolution_status text, resolution_at_risk_at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
  BEGIN
    RETURN CASE
      WHEN state IN ('open', 'workaroundApplied') THEN CASE
        WHEN due_at < coalesce(observed_until, now, next_deadline_at, 'infinity'::timestamptz)
          THEN (1::bigint << 50) + (extract(epoch FROM greatest(least(due_at, '9999-12-31T23:59:59.999Z'::timestamptz), '1970-01-01T00:00:00Z'::timestamptz) - '1970-01-01T00:00:00Z'::timestamptz) * 1000)::bigint
        WHEN CASE WHEN coalesce(observed_until, now) IS NULL
               THEN least(CASE WHEN response_status IN ('RUNNING', 'BREACHED') THEN response_at_risk_at END, CASE WHEN update_status IN ('RUNNING', 'BREACHED') THEN update_at_risk_at END, CASE WHEN resolution_status IN ('RUNNING', 'BREACHED') THEN resolution_at_risk_at END) < coalesce(next_deadline_at, 'infinity'::timestamptz)
               ELSE least(CASE WHEN response_status IN ('RUNNING', 'BREACHED') THEN response_at_risk_at END, CASE WHEN update_status IN ('RUNNING', 'BREACHED') THEN update_at_risk_at END, CASE WHEN resolution_status IN ('RUNNING', 'BREACHED') THEN resolution_at_risk_at END) <= coalesce(observed_until, now) END
          THEN (2::bigint << 50) + (extract(epoch FROM greatest(least(least(CASE WHEN response_status IN ('RUNNING', 'BREACHED') THEN response_at_risk_at END, CASE WHEN update_status IN ('RUNNING', 'BREACHED') THEN update_at_risk_at END, CASE WHEN resolution_status IN ('RUNNING', 'BREACHED') THEN resolution_at_risk_at END), '9999-12-31T23:59:59.999Z'::timestamptz), '1970-01-01T00:00:00Z'::timestamptz) - '1970-01-01T00:00:00Z'::timestamptz) * 1000)::bigint
        WHEN awaiting_reply_since IS NOT NULL THEN (3::bigint << 50) + (extract(epoch FROM greatest(least(awaiting_reply_since, '9999-12-31T23:59:59.999Z'::timestamptz), '1970-01-01T00:00:00Z'::timestamptz) - '1970-01-01T00:00:00Z'::timestamptz) * 1000)::bigint
        WHEN waits <> '[]'::jsonb AND jsonb_path_exists(waits, '$[*] ? (@.until == null)'::jsonpath) THEN (CASE WHEN call_recorded_at IS NULL AND severity = ANY (call_severities) THEN 15 WHEN has_proposed_waiver THEN 16 WHEN proposal IS NOT NULL THEN 17 WHEN assignee IS NULL THEN 18 ELSE 19 END::bigint << 50) + (jsonb_path_query_first(waits, '$[*] ? (@.until == null)'::jsonpath)->'from')::bigint + 604800000
        WHEN call_recorded_at IS NULL AND severity = ANY (call_severities) THEN (5::bigint << 50) + (extract(epoch FROM greatest(least(opened_at, '9999-12-31T23:59:59.999Z'::timestamptz), '1970-01-01T00:00:00Z'::timestamptz) - '1970-01-01T00:00:00Z'::timestamptz) * 1000)::bigint
        WHEN has_proposed_waiver THEN (6::bigint << 50) + jsonb_path_query_first(cycles, '$[*].breach.proposedWaiver.at'::jsonpath)::bigint
        WHEN proposal IS NOT NULL THEN (7::bigint << 50) + (proposal->'at')::bigint
        WHEN assignee IS NULL THEN (8::bigint << 50) + (extract(epoch FROM greatest(least(opened_at, '9999-12-31T23:59:59.999Z'::timestamptz), '1970-01-01T00:00:00Z'::timestamptz) - '1970-01-01T00:00:00Z'::timestamptz) * 1000)::bigint
        ELSE (9::bigint << 50) + CASE WHEN observed_until IS NULL
             THEN coalesce((extract(epoch FROM greatest(least(least(least(CASE WHEN response_status IN ('RUNNING', 'BREACHED') THEN response_at_risk_at END, CASE WHEN update_status IN ('RUNNING', 'BREACHED') THEN update_at_risk_at END, CASE WHEN resolution_status IN ('RUNNING', 'BREACHED') THEN resolution_at_risk_at END), due_at), '9999-12-31T23:59:59.999Z'::timestamptz), '1970-01-01T00:00:00Z'::timestamptz) - '1970-01-01T00:00:00Z'::timestamptz) * 1000)::bigint, 253402300799999) ELSE 253402300799999 END END
      WHEN state = 'resolved' AND awaiting_reply_since IS NOT NULL
       AND NOT coalesce(next_deadline_at < now, false) THEN (3::bigint << 50) + (extract(epoch FROM greatest(least(awaiting_reply_since, '9999-12-31T23:59:59.999Z'::timestamptz), '1970-01-01T00:00:00Z'::timestamptz) - '1970-01-01T00:00:00Z'::timestamptz) * 1000)::bigint
      WHEN has_proposed_waiver THEN (6::bigint << 50) + jsonb_path_query_first(cycles, '$[*].breach.proposedWaiver.at'::jsonpath)::bigint
      END;
  END
  $function$;
