/**
 * What an erasure does with each column that can hold text. A test compares this with the database,
 * so that a new column needs an entry here.
 */
export type Treatment =
  /** Ids, words of policies or of Stepdown, and hashes of what is no text of a person. */
  | 'FACT'
  /** Written again with its ticket, in one transaction (`postgres-erasure-store.ts`). */
  | 'WITH_TICKET'
  /** A name or a tag. The row is removed when no ticket has it any more. */
  | 'SPELLING'
  /** An answer to an idempotency key. The row is removed with its ticket and with its caller. */
  | 'REMOVED'
  /** An actor. Replaced by the pseudonym. */
  | 'ACTOR'
  /** Where the actor of the row acted from. NULL replaces it with that actor. */
  | 'ADDRESS'
  /** Identifies the person of the row. If one of these does, the pseudonym replaces all of them. */
  | 'NAME'
  /** The same, and NULL replaces it. */
  | 'EMAIL'
  /** The key by which the name of the person of the row is compared. */
  | 'NAME_KEY'
  /** The name of the person of the row as it is compared. */
  | 'FOLDED_NAME'
  /** A short text, which the pseudonym replaces if it names the person. */
  | 'LABEL'
  /** A text, which NULL replaces if it names the person. */
  | 'TEXT'
  /** A hash of who has sent requests. Running services delete the row after about an hour. */
  | 'OF_AN_HOUR'
  /** Not changed, because more than one person depends on it. The command reports its mentions. */
  | 'KEPT';

/** The treatment of each column, by table. */
export const PERSONAL_COLUMNS: Readonly<Record<string, Readonly<Record<string, Treatment>>>> = {
  api_keys: {
    prefix: 'FACT',
    secret_hash: 'FACT',
    name: 'LABEL',
    scopes: 'FACT',
    created_by: 'ACTOR',
  },
  audit_events: { kind: 'FACT', actor: 'ACTOR', subject: 'LABEL', address: 'ADDRESS', detail: 'TEXT' },
  breaking_migrations: { name: 'FACT' },
  clients: { name: 'KEPT', name_folded: 'KEPT', policy: 'FACT', calendars: 'FACT' },
  commitment_outcomes: { kind: 'FACT', severity: 'FACT', breach_severity: 'FACT' },
  deadline_faults: { error: 'WITH_TICKET' },
  event_buses: { name: 'FACT' },
  event_placements: { placed: 'FACT', underway: 'FACT' },
  events: { type: 'FACT', actor: 'WITH_TICKET', data: 'WITH_TICKET', once_key: 'FACT' },
  external_ids: { written: 'WITH_TICKET' },
  idempotency_keys: {
    caller: 'REMOVED',
    key: 'REMOVED',
    fingerprint: 'REMOVED',
    refused: 'REMOVED',
    refusals: 'REMOVED',
  },
  log_followers: { name: 'FACT' },
  people: {
    subject: 'NAME',
    name: 'NAME',
    name_key: 'NAME_KEY',
    name_folded: 'FOLDED_NAME',
    email: 'EMAIL',
    role: 'FACT',
    client_ids: 'FACT',
  },
  policy_versions: { id: 'FACT', document: 'KEPT', fingerprint: 'FACT', yaml: 'TEXT', published_by: 'ACTOR' },
  rate_limits: { key: 'OF_AN_HOUR' },
  search_texts: { folded: 'WITH_TICKET', grams: 'WITH_TICKET' },
  spellings: { written: 'SPELLING' },
  ticket_milestones: { milestone: 'FACT', severity: 'FACT' },
  tickets: {
    subject: 'WITH_TICKET',
    description: 'WITH_TICKET',
    reporter: 'WITH_TICKET',
    assignee: 'WITH_TICKET',
    channel: 'FACT',
    external_id: 'WITH_TICKET',
    external_url: 'WITH_TICKET',
    tags: 'WITH_TICKET',
    contacts: 'WITH_TICKET',
    policy_id: 'FACT',
    impacts: 'WITH_TICKET',
    severity: 'FACT',
    initial_severity: 'FACT',
    clause: 'FACT',
    override: 'WITH_TICKET',
    state: 'FACT',
    resolved_from: 'FACT',
    resolution: 'WITH_TICKET',
    close_reason: 'WITH_TICKET',
    waits: 'FACT',
    stints: 'FACT',
    workarounds: 'WITH_TICKET',
    severity_changes: 'WITH_TICKET',
    cycles: 'WITH_TICKET',
    not_measured: 'FACT',
    response_status: 'FACT',
    update_status: 'FACT',
    resolution_status: 'FACT',
    call_severities: 'FACT',
    proposal: 'WITH_TICKET',
    calendars: 'FACT',
  },
  webhook_deliveries: { kind: 'FACT', status: 'FACT', error: 'TEXT', response: 'TEXT' },
  webhooks: {
    url: 'FACT',
    description: 'TEXT',
    format: 'FACT',
    filter: 'FACT',
    client_ids: 'FACT',
    sealed: 'FACT',
    disabled_reason: 'FACT',
    created_by: 'ACTOR',
    owner: 'ACTOR',
  },
};

/** The columns of a table with one of the treatments. */
export const columnsWith = (table: string, ...treatments: readonly Treatment[]): readonly string[] =>
  Object.entries(PERSONAL_COLUMNS[table] ?? {})
    .filter(([, treatment]) => treatments.includes(treatment))
    .map(([column]) => column);
