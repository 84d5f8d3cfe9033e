export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  Audience: { input: string; output: string; }
  Consequence: { input: string; output: string; }
  DateTime: { input: string; output: string; }
  Duration: { input: string; output: string; }
  EventCursor: { input: string; output: string; }
};

export type AcknowledgeTicketInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type AcknowledgeTicketPayload = {
  readonly __typename?: 'AcknowledgeTicketPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type AcknowledgedEvent = Node & TicketEvent & {
  readonly __typename?: 'AcknowledgedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type Actor = {
  readonly __typename?: 'Actor';
  readonly id: Scalars['ID']['output'];
  readonly kind: ActorKind;
  readonly name: Scalars['String']['output'];
};

export type ActorKind =
  | 'AGENT'
  | 'CLIENT'
  | 'IMPORT'
  | 'SERVICE'
  | 'SYSTEM';

export type AddNoteInput = {
  readonly body: Scalars['String']['input'];
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type AddNotePayload = {
  readonly __typename?: 'AddNotePayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Agent = Node & {
  readonly __typename?: 'Agent';
  readonly email?: Maybe<Scalars['String']['output']>;
  readonly firstSeenAt: Scalars['DateTime']['output'];
  readonly id: Scalars['ID']['output'];
  readonly isActive: Scalars['Boolean']['output'];
  readonly lastSeenAt: Scalars['DateTime']['output'];
  readonly name: Scalars['String']['output'];
  readonly role: Role;
};

export type AgentConnection = {
  readonly __typename?: 'AgentConnection';
  readonly edges: ReadonlyArray<AgentEdge>;
  readonly nodes: ReadonlyArray<Agent>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type AgentEdge = {
  readonly __typename?: 'AgentEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Agent;
};

export type AllowedAction = {
  readonly __typename?: 'AllowedAction';
  readonly allowed: Scalars['Boolean']['output'];
  readonly command: TicketCommand;
  readonly reason?: Maybe<Scalars['String']['output']>;
};

export type AlreadyAcknowledged = UserError & {
  readonly __typename?: 'AlreadyAcknowledged';
  readonly acknowledgedAt: Scalars['DateTime']['output'];
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type AlreadyWaiting = UserError & {
  readonly __typename?: 'AlreadyWaiting';
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly reason: WaitingReason;
  readonly since: Scalars['DateTime']['output'];
};

export type AlreadyWaived = UserError & {
  readonly __typename?: 'AlreadyWaived';
  readonly code: UserErrorCode;
  readonly commitment: CommitmentKind;
  readonly cycle: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly waivedAt: Scalars['DateTime']['output'];
};

export type ApiKey = Node & {
  readonly __typename?: 'ApiKey';
  readonly client?: Maybe<Client>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly createdBy: Actor;
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  readonly id: Scalars['ID']['output'];
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly name: Scalars['String']['output'];
  readonly prefix: Scalars['String']['output'];
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly scopes: ReadonlyArray<ApiKeyScope>;
};

export type ApiKeyConnection = {
  readonly __typename?: 'ApiKeyConnection';
  readonly edges: ReadonlyArray<ApiKeyEdge>;
  readonly nodes: ReadonlyArray<ApiKey>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type ApiKeyEdge = {
  readonly __typename?: 'ApiKeyEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: ApiKey;
};

export type ApiKeyScope =
  | 'ADMIN'
  | 'IMPORT'
  | 'READ'
  | 'SUBSCRIBE'
  | 'WEBHOOKS'
  | 'WRITE';

export type ApplyWorkaroundInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly description: Scalars['String']['input'];
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly remaining: ReadonlyArray<ImpactInput>;
  readonly ticketId: Scalars['ID']['input'];
};

export type ApplyWorkaroundPayload = {
  readonly __typename?: 'ApplyWorkaroundPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type ApproveOverrideInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type ApproveOverridePayload = {
  readonly __typename?: 'ApproveOverridePayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type ApproveWaiverInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly cycle: Scalars['Int']['input'];
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly kind: CommitmentKind;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type ApproveWaiverPayload = {
  readonly __typename?: 'ApproveWaiverPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type ApproverIsProposer = UserError & {
  readonly __typename?: 'ApproverIsProposer';
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly proposedAt: Scalars['DateTime']['output'];
};

export type ApproverIsWitness = UserError & {
  readonly __typename?: 'ApproverIsWitness';
  readonly code: UserErrorCode;
  readonly commitment: CommitmentKind;
  readonly cycle: Scalars['Int']['output'];
  readonly evidence: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type AssignTicketInput = {
  readonly assignee?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type AssignTicketPayload = {
  readonly __typename?: 'AssignTicketPayload';
  readonly assigneeIsKnown?: Maybe<Scalars['Boolean']['output']>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type AssignedEvent = Node & TicketEvent & {
  readonly __typename?: 'AssignedEvent';
  readonly actor: Actor;
  readonly assignee?: Maybe<Scalars['String']['output']>;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type AssigneeComparator = {
  readonly eq?: InputMaybe<Scalars['String']['input']>;
  readonly in?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type AudienceComparator = {
  readonly eq?: InputMaybe<Scalars['Audience']['input']>;
  readonly in?: InputMaybe<ReadonlyArray<Scalars['Audience']['input']>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<Scalars['Audience']['input']>>;
};

export type AuditEvent = Node & {
  readonly __typename?: 'AuditEvent';
  readonly actor?: Maybe<Actor>;
  readonly address?: Maybe<Scalars['String']['output']>;
  readonly at: Scalars['DateTime']['output'];
  readonly count: Scalars['Int']['output'];
  readonly detail?: Maybe<Scalars['String']['output']>;
  readonly id: Scalars['ID']['output'];
  readonly kind: AuditEventKind;
  readonly subject?: Maybe<Scalars['String']['output']>;
};

export type AuditEventConnection = {
  readonly __typename?: 'AuditEventConnection';
  readonly edges: ReadonlyArray<AuditEventEdge>;
  readonly nodes: ReadonlyArray<AuditEvent>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type AuditEventEdge = {
  readonly __typename?: 'AuditEventEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: AuditEvent;
};

export type AuditEventKind =
  | 'AGENT_ACTIVATED'
  | 'AGENT_DEACTIVATED'
  | 'API_KEY_CREATED'
  | 'API_KEY_REVOKED'
  | 'CLIENT_CREATED'
  | 'CLIENT_TERMS_SET'
  | 'ERASED'
  | 'EXPORTED'
  | 'POLICY_PUBLISHED'
  | 'SIGNED_IN'
  | 'SIGN_IN_FAILED'
  | 'WEBHOOK_CHANGED'
  | 'WEBHOOK_CREATED'
  | 'WEBHOOK_DELETED'
  | 'WEBHOOK_DISABLED';

export type Basis =
  | 'HOUSE'
  | 'PUBLISHED';

export type BeyondCalendar = UserError & {
  readonly __typename?: 'BeyondCalendar';
  readonly code: UserErrorCode;
  readonly detail: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type Breach = {
  readonly __typename?: 'Breach';
  readonly breachedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly cause?: Maybe<BreachCause>;
  readonly cycle: Scalars['Int']['output'];
  readonly detectedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly dueAt?: Maybe<Scalars['DateTime']['output']>;
  readonly kind: CommitmentKind;
  readonly proposedWaiver?: Maybe<ProposedWaiver>;
  readonly rejectedWaiver?: Maybe<RejectedWaiver>;
  readonly severity: Severity;
  readonly severityAtBreach?: Maybe<Severity>;
  readonly waiver?: Maybe<Waiver>;
};

export type BreachCause =
  | 'DUE'
  | 'RECLASSIFIED';

export type BreachCauseComparator = {
  readonly eq?: InputMaybe<BreachCause>;
  readonly in?: InputMaybe<ReadonlyArray<BreachCause>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<BreachCause>>;
};

export type BreachWaivedEvent = Node & TicketEvent & {
  readonly __typename?: 'BreachWaivedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly cycle: Scalars['Int']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly kind: CommitmentKind;
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type BusinessDayEnd =
  | 'CLOSE_OF_BUSINESS'
  | 'SAME_TIME';

export type BusinessSpan = {
  readonly __typename?: 'BusinessSpan';
  readonly amount: Scalars['Float']['output'];
  readonly calendar: Scalars['String']['output'];
  readonly unit: TargetUnit;
};

export type Calendar = Node & {
  readonly __typename?: 'Calendar';
  readonly holidays: ReadonlyArray<Holiday>;
  readonly id: Scalars['ID']['output'];
  readonly isOpen?: Maybe<Scalars['Boolean']['output']>;
  readonly knownYears?: Maybe<YearRange>;
  readonly name: Scalars['String']['output'];
  readonly special: ReadonlyArray<SpecialHours>;
  readonly timeZone: Scalars['String']['output'];
  readonly week: ReadonlyArray<WeekdayHours>;
};


export type CalendarHolidaysArgs = {
  from?: InputMaybe<Scalars['Int']['input']>;
  to?: InputMaybe<Scalars['Int']['input']>;
};


export type CalendarIsOpenArgs = {
  at?: InputMaybe<Scalars['DateTime']['input']>;
};

export type CalendarEndsTooSoon = UserError & {
  readonly __typename?: 'CalendarEndsTooSoon';
  readonly calendar: Scalars['String']['output'];
  readonly code: UserErrorCode;
  readonly commitment: CommitmentKind;
  readonly knownUntil: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly policy: Scalars['String']['output'];
  readonly severity: Severity;
};

export type CalendarInUse = UserError & {
  readonly __typename?: 'CalendarInUse';
  readonly calendar: Scalars['String']['output'];
  readonly client: Scalars['String']['output'];
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly policy: Scalars['String']['output'];
};

export type CalendarReplacement = {
  readonly __typename?: 'CalendarReplacement';
  readonly replaces: Scalars['String']['output'];
  readonly with: Scalars['String']['output'];
};

export type CalendarReplacementInput = {
  readonly replaces: Scalars['String']['input'];
  readonly with: Scalars['String']['input'];
};

export type CallRecordedEvent = Communication & Node & TicketEvent & {
  readonly __typename?: 'CallRecordedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly body?: Maybe<Scalars['String']['output']>;
  readonly channel: Channel;
  readonly cursor: Scalars['EventCursor']['output'];
  readonly direction: Direction;
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly isAutomatic: Scalars['Boolean']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type Channel =
  | 'EMAIL'
  | 'EXTRANET'
  | 'PHONE';

export type ChannelComparator = {
  readonly eq?: InputMaybe<Channel>;
  readonly in?: InputMaybe<ReadonlyArray<Channel>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<Channel>>;
};

export type Classification = {
  readonly __typename?: 'Classification';
  readonly basis: Basis;
  readonly clause: Scalars['String']['output'];
  readonly override?: Maybe<SeverityOverride>;
  readonly proposal?: Maybe<SeverityProposal>;
  readonly severity: Severity;
  readonly text: Scalars['String']['output'];
};

export type ClassificationRule = {
  readonly __typename?: 'ClassificationRule';
  readonly audience?: Maybe<Scalars['Audience']['output']>;
  readonly basis: Basis;
  readonly clause: Scalars['String']['output'];
  readonly consequences: ReadonlyArray<Scalars['Consequence']['output']>;
  readonly severity: Severity;
  readonly text: Scalars['String']['output'];
};

export type ClassifyPayload = {
  readonly __typename?: 'ClassifyPayload';
  readonly classification?: Maybe<ImpactClassification>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Client = Node & {
  readonly __typename?: 'Client';
  readonly calendars: ReadonlyArray<CalendarReplacement>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly policy?: Maybe<Scalars['String']['output']>;
};

export type ClientAction =
  | 'CALL'
  | 'SUBMIT_TICKET';

export type ClientConnection = {
  readonly __typename?: 'ClientConnection';
  readonly edges: ReadonlyArray<ClientEdge>;
  readonly nodes: ReadonlyArray<Client>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type ClientEdge = {
  readonly __typename?: 'ClientEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Client;
};

export type ClientFilter = {
  readonly createdAt?: InputMaybe<DateTimeComparator>;
  readonly id?: InputMaybe<IdComparator>;
  readonly name?: InputMaybe<NameComparator>;
  readonly policy?: InputMaybe<StringComparator>;
};

export type ClientOrder = {
  readonly direction?: OrderDirection;
  readonly field: ClientOrderField;
};

export type ClientOrderField =
  | 'CREATED_AT'
  | 'NAME';

export type CloseCause =
  | 'CANCELLED'
  | 'CONFIRMED'
  | 'SILENCE';

export type CloseTicketInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type CloseTicketPayload = {
  readonly __typename?: 'CloseTicketPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type ClosedEvent = Node & TicketEvent & {
  readonly __typename?: 'ClosedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cause: CloseCause;
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type Commitment = {
  readonly __typename?: 'Commitment';
  readonly atRiskAt?: Maybe<Scalars['DateTime']['output']>;
  readonly bestEffort?: Maybe<Scalars['Boolean']['output']>;
  readonly breachedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly cycle?: Maybe<Scalars['Int']['output']>;
  readonly cycles: ReadonlyArray<CommitmentCycle>;
  readonly dueAt?: Maybe<Scalars['DateTime']['output']>;
  readonly elapsed?: Maybe<Scalars['Duration']['output']>;
  readonly explain?: Maybe<CommitmentExplanation>;
  readonly fulfilledAt?: Maybe<Scalars['DateTime']['output']>;
  readonly kind: CommitmentKind;
  readonly missedBeats?: Maybe<Scalars['Int']['output']>;
  readonly percentElapsed?: Maybe<Scalars['Float']['output']>;
  readonly remaining?: Maybe<Scalars['Duration']['output']>;
  readonly severity?: Maybe<Severity>;
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly status: CommitmentStatus;
  readonly target?: Maybe<Target>;
};

export type CommitmentBreachedEvent = Node & TicketEvent & {
  readonly __typename?: 'CommitmentBreachedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly breachCause: BreachCause;
  readonly breachedAt: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly cycle: Scalars['Int']['output'];
  readonly detectedAt: Scalars['DateTime']['output'];
  readonly id: Scalars['ID']['output'];
  readonly kind: CommitmentKind;
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly severity: Severity;
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type CommitmentBreachedFilter = {
  readonly assignee?: InputMaybe<AssigneeComparator>;
  readonly cause?: InputMaybe<BreachCauseComparator>;
  readonly client?: InputMaybe<IdComparator>;
  readonly kind?: InputMaybe<CommitmentKindComparator>;
  readonly severity?: InputMaybe<SeverityComparator>;
  readonly ticket?: InputMaybe<IdComparator>;
};

export type CommitmentBreachedPayload = {
  readonly __typename?: 'CommitmentBreachedPayload';
  readonly breachedAt: Scalars['DateTime']['output'];
  readonly cause: BreachCause;
  readonly cursor: Scalars['EventCursor']['output'];
  readonly cycle: Scalars['Int']['output'];
  readonly detectedAt: Scalars['DateTime']['output'];
  readonly dueAt?: Maybe<Scalars['DateTime']['output']>;
  readonly kind: CommitmentKind;
  readonly severity: Severity;
  readonly ticket: Ticket;
};

export type CommitmentCycle = {
  readonly __typename?: 'CommitmentCycle';
  readonly appliesFrom: Scalars['DateTime']['output'];
  readonly atRiskAt?: Maybe<Scalars['DateTime']['output']>;
  readonly bestEffort: Scalars['Boolean']['output'];
  readonly breachedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly dueAt?: Maybe<Scalars['DateTime']['output']>;
  readonly elapsed?: Maybe<Scalars['Duration']['output']>;
  readonly endedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly explain?: Maybe<CommitmentExplanation>;
  readonly fulfilledAt?: Maybe<Scalars['DateTime']['output']>;
  readonly kind: CommitmentKind;
  readonly missedBeats: Scalars['Int']['output'];
  readonly number: Scalars['Int']['output'];
  readonly percentElapsed?: Maybe<Scalars['Float']['output']>;
  readonly remaining?: Maybe<Scalars['Duration']['output']>;
  readonly severity: Severity;
  readonly startedAt: Scalars['DateTime']['output'];
  readonly status: CommitmentStatus;
  readonly target: Target;
  readonly total?: Maybe<Scalars['Duration']['output']>;
};

export type CommitmentExplanation = {
  readonly __typename?: 'CommitmentExplanation';
  readonly businessCalendar?: Maybe<Calendar>;
  readonly calendar?: Maybe<Scalars['String']['output']>;
  readonly counted: Scalars['Duration']['output'];
  readonly dueAt?: Maybe<Scalars['DateTime']['output']>;
  readonly elapsedSegments: ReadonlyArray<TimeSegment>;
  readonly policy: Policy;
  readonly policyName: Scalars['String']['output'];
  readonly policyVersion: Scalars['Int']['output'];
  readonly segments: ReadonlyArray<TimeSegment>;
  readonly target: Target;
  readonly total?: Maybe<Scalars['Duration']['output']>;
};

export type CommitmentFigures = {
  readonly __typename?: 'CommitmentFigures';
  readonly attainment?: Maybe<Scalars['Float']['output']>;
  readonly attainmentProposed?: Maybe<Scalars['Float']['output']>;
  readonly attainmentWaived?: Maybe<Scalars['Float']['output']>;
  readonly breached: Scalars['Int']['output'];
  readonly breachesBySeverity: ReadonlyArray<SeverityCount>;
  readonly met: Scalars['Int']['output'];
  readonly openBreached: Scalars['Int']['output'];
  readonly waived: Scalars['Int']['output'];
  readonly waiversProposed: Scalars['Int']['output'];
};

export type CommitmentKind =
  | 'RESOLUTION'
  | 'RESPONSE'
  | 'UPDATE';

export type CommitmentKindComparator = {
  readonly eq?: InputMaybe<CommitmentKind>;
  readonly in?: InputMaybe<ReadonlyArray<CommitmentKind>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<CommitmentKind>>;
};

export type CommitmentStatus =
  | 'AT_RISK'
  | 'BEST_EFFORT'
  | 'BREACHED'
  | 'CANCELLED'
  | 'FULFILLED'
  | 'FULFILLED_LATE'
  | 'NOT_MEASURED'
  | 'PAUSED'
  | 'RUNNING'
  | 'SUPERSEDED'
  | 'UNKNOWN';

export type CommitmentStatusComparator = {
  readonly eq?: InputMaybe<CommitmentStatus>;
  readonly in?: InputMaybe<ReadonlyArray<CommitmentStatus>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<CommitmentStatus>>;
};

export type CommunicateInput = {
  readonly automatic?: InputMaybe<Scalars['Boolean']['input']>;
  readonly body: Scalars['String']['input'];
  readonly channel?: Channel;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly direction: Direction;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type CommunicatePayload = {
  readonly __typename?: 'CommunicatePayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type CommunicatedEvent = Communication & Node & TicketEvent & {
  readonly __typename?: 'CommunicatedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly body?: Maybe<Scalars['String']['output']>;
  readonly channel: Channel;
  readonly cursor: Scalars['EventCursor']['output'];
  readonly direction: Direction;
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly isAutomatic: Scalars['Boolean']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type Communication = {
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly body?: Maybe<Scalars['String']['output']>;
  readonly channel: Channel;
  readonly cursor: Scalars['EventCursor']['output'];
  readonly direction: Direction;
  readonly id: Scalars['ID']['output'];
  readonly isAutomatic: Scalars['Boolean']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type CommunicationConnection = {
  readonly __typename?: 'CommunicationConnection';
  readonly edges: ReadonlyArray<CommunicationEdge>;
  readonly nodes: ReadonlyArray<Communication>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type CommunicationEdge = {
  readonly __typename?: 'CommunicationEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Communication;
};

export type ConsequenceComparator = {
  readonly eq?: InputMaybe<Scalars['Consequence']['input']>;
  readonly in?: InputMaybe<ReadonlyArray<Scalars['Consequence']['input']>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<Scalars['Consequence']['input']>>;
};

export type Contact = {
  readonly __typename?: 'Contact';
  readonly email?: Maybe<Scalars['String']['output']>;
  readonly name: Scalars['String']['output'];
  readonly phone?: Maybe<Scalars['String']['output']>;
  readonly role?: Maybe<Scalars['String']['output']>;
};

export type ContactInput = {
  readonly email?: InputMaybe<Scalars['String']['input']>;
  readonly name: Scalars['String']['input'];
  readonly phone?: InputMaybe<Scalars['String']['input']>;
  readonly role?: InputMaybe<Scalars['String']['input']>;
};

export type ContradictoryImpact = UserError & {
  readonly __typename?: 'ContradictoryImpact';
  readonly audience: Scalars['Audience']['output'];
  readonly code: UserErrorCode;
  readonly consequence: Scalars['Consequence']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type CreateApiKeyInput = {
  readonly clientId?: InputMaybe<Scalars['ID']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly name: Scalars['String']['input'];
  readonly scopes: ReadonlyArray<ApiKeyScope>;
};

export type CreateApiKeyPayload = {
  readonly __typename?: 'CreateApiKeyPayload';
  readonly apiKey?: Maybe<ApiKey>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly secret?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type CreateClientInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly name: Scalars['String']['input'];
};

export type CreateClientPayload = {
  readonly __typename?: 'CreateClientPayload';
  readonly client?: Maybe<Client>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type CreateWebhookInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly filter?: InputMaybe<WebhookFilterInput>;
  readonly format?: InputMaybe<WebhookFormat>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly reportsDisabledWebhooks?: InputMaybe<Scalars['Boolean']['input']>;
  readonly routingKey?: InputMaybe<Scalars['String']['input']>;
  readonly url: Scalars['String']['input'];
};

export type CreateWebhookPayload = {
  readonly __typename?: 'CreateWebhookPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly secret?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly webhook?: Maybe<Webhook>;
};

export type CycleOutcome =
  | 'CANCELLED'
  | 'FULFILLED'
  | 'SUPERSEDED';

export type DateTimeComparator = {
  readonly eq?: InputMaybe<Scalars['DateTime']['input']>;
  readonly gt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly gte?: InputMaybe<Scalars['DateTime']['input']>;
  readonly in?: InputMaybe<ReadonlyArray<Scalars['DateTime']['input']>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly lt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly lte?: InputMaybe<Scalars['DateTime']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<Scalars['DateTime']['input']>>;
};

export type Deadline = Node & {
  readonly __typename?: 'Deadline';
  readonly commitment?: Maybe<Commitment>;
  readonly dueAt: Scalars['DateTime']['output'];
  readonly id: Scalars['ID']['output'];
  readonly kind: CommitmentKind;
  readonly remaining?: Maybe<Scalars['Duration']['output']>;
  readonly severity?: Maybe<Severity>;
  readonly status?: Maybe<CommitmentStatus>;
  readonly ticket: Ticket;
};

export type DeadlineApproachingFilter = {
  readonly assignee?: InputMaybe<AssigneeComparator>;
  readonly client?: InputMaybe<IdComparator>;
  readonly kind?: InputMaybe<CommitmentKindComparator>;
  readonly severity?: InputMaybe<SeverityComparator>;
  readonly ticket?: InputMaybe<IdComparator>;
};

export type DeadlineApproachingPayload = {
  readonly __typename?: 'DeadlineApproachingPayload';
  readonly at: Scalars['DateTime']['output'];
  readonly cycle: Scalars['Int']['output'];
  readonly dueAt: Scalars['DateTime']['output'];
  readonly id: Scalars['ID']['output'];
  readonly kind: CommitmentKind;
  readonly lead: Scalars['Duration']['output'];
  readonly remaining?: Maybe<Scalars['Duration']['output']>;
  readonly ticket: Ticket;
};

export type DeadlineConnection = {
  readonly __typename?: 'DeadlineConnection';
  readonly edges: ReadonlyArray<DeadlineEdge>;
  readonly nodes: ReadonlyArray<Deadline>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type DeadlineEdge = {
  readonly __typename?: 'DeadlineEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Deadline;
};

export type DeleteWebhookInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly webhookId: Scalars['ID']['input'];
};

export type DeleteWebhookPayload = {
  readonly __typename?: 'DeleteWebhookPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly isDeleted: Scalars['Boolean']['output'];
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Direction =
  | 'INBOUND'
  | 'OUTBOUND';

export type DuplicateExternalId = UserError & {
  readonly __typename?: 'DuplicateExternalId';
  readonly code: UserErrorCode;
  readonly externalId: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type EncryptionKeyMissing = UserError & {
  readonly __typename?: 'EncryptionKeyMissing';
  readonly code: UserErrorCode;
  readonly detail: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type EndedCycle = {
  readonly __typename?: 'EndedCycle';
  readonly cycle: Scalars['Int']['output'];
  readonly dueAt?: Maybe<Scalars['DateTime']['output']>;
  readonly elapsed?: Maybe<Scalars['Duration']['output']>;
  readonly kind: CommitmentKind;
  readonly outcome: CycleOutcome;
};

export type EventEffects = {
  readonly __typename?: 'EventEffects';
  readonly ended: ReadonlyArray<EndedCycle>;
  readonly responds: Scalars['Boolean']['output'];
  readonly severityChange?: Maybe<SeverityChange>;
  readonly started: ReadonlyArray<StartedCycle>;
  readonly state: TicketState;
  readonly waitingEnded: ReadonlyArray<WaitingReason>;
};

export type EventInTheWay = {
  readonly __typename?: 'EventInTheWay';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly number: Scalars['Int']['output'];
  readonly type: TicketEventType;
};

export type EventLogConnection = {
  readonly __typename?: 'EventLogConnection';
  readonly edges: ReadonlyArray<EventLogEdge>;
  readonly nodes: ReadonlyArray<TicketEvent>;
  readonly pageInfo: PageInfo;
};

export type EventLogEdge = {
  readonly __typename?: 'EventLogEdge';
  readonly cursor: Scalars['EventCursor']['output'];
  readonly node: TicketEvent;
};

export type Fact = {
  readonly __typename?: 'Fact';
  readonly code: Scalars['String']['output'];
  readonly text: Scalars['String']['output'];
  readonly title: Scalars['String']['output'];
};

export type FactKind =
  | 'AUDIENCE'
  | 'CONSEQUENCE';

export type FollowUpNeeded = UserError & {
  readonly __typename?: 'FollowUpNeeded';
  readonly code: UserErrorCode;
  readonly followUpOf: Scalars['ID']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly ticket?: Maybe<Ticket>;
};

export type Holiday = {
  readonly __typename?: 'Holiday';
  readonly date: Scalars['String']['output'];
  readonly from: Scalars['String']['output'];
  readonly name?: Maybe<Scalars['String']['output']>;
  readonly to: Scalars['String']['output'];
};

export type IdComparator = {
  readonly eq?: InputMaybe<Scalars['ID']['input']>;
  readonly in?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
};

export type IdempotencyKeyReused = UserError & {
  readonly __typename?: 'IdempotencyKeyReused';
  readonly code: UserErrorCode;
  readonly key: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type IllegalTransition = UserError & {
  readonly __typename?: 'IllegalTransition';
  readonly allowed: ReadonlyArray<TicketCommand>;
  readonly code: UserErrorCode;
  readonly command: TicketCommand;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly state: TicketState;
};

export type Impact = {
  readonly __typename?: 'Impact';
  readonly audience: Scalars['Audience']['output'];
  readonly consequence: Scalars['Consequence']['output'];
  readonly note?: Maybe<Scalars['String']['output']>;
};

export type ImpactClassification = {
  readonly __typename?: 'ImpactClassification';
  readonly basis: Basis;
  readonly clause: Scalars['String']['output'];
  readonly severity: Severity;
  readonly text: Scalars['String']['output'];
};

export type ImpactInput = {
  readonly audience: Scalars['Audience']['input'];
  readonly consequence: Scalars['Consequence']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
};

export type ImpactNotLowered = UserError & {
  readonly __typename?: 'ImpactNotLowered';
  readonly after: Severity;
  readonly before: Severity;
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly sameImpacts: Scalars['Boolean']['output'];
};

export type InTheFuture = UserError & {
  readonly __typename?: 'InTheFuture';
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly now: Scalars['DateTime']['output'];
  readonly occurredAt: Scalars['DateTime']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type IntComparator = {
  readonly eq?: InputMaybe<Scalars['Int']['input']>;
  readonly gt?: InputMaybe<Scalars['Int']['input']>;
  readonly gte?: InputMaybe<Scalars['Int']['input']>;
  readonly in?: InputMaybe<ReadonlyArray<Scalars['Int']['input']>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly lt?: InputMaybe<Scalars['Int']['input']>;
  readonly lte?: InputMaybe<Scalars['Int']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<Scalars['Int']['input']>>;
};

export type InvalidInput = UserError & {
  readonly __typename?: 'InvalidInput';
  readonly code: UserErrorCode;
  readonly expected: Scalars['String']['output'];
  readonly field: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type InvalidPolicy = UserError & {
  readonly __typename?: 'InvalidPolicy';
  readonly code: UserErrorCode;
  readonly column: Scalars['Int']['output'];
  readonly field: Scalars['String']['output'];
  readonly line: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly problem: Scalars['String']['output'];
};

export type Lifecycle = {
  readonly __typename?: 'Lifecycle';
  readonly commands: ReadonlyArray<TicketCommand>;
  readonly finalStates: ReadonlyArray<TicketState>;
  readonly initialState: TicketState;
  readonly mermaid: Scalars['String']['output'];
  readonly states: ReadonlyArray<TicketState>;
  readonly svg: Scalars['String']['output'];
  readonly transitions: ReadonlyArray<LifecycleTransition>;
};

export type LifecycleTransition = {
  readonly __typename?: 'LifecycleTransition';
  readonly actions: ReadonlyArray<Scalars['String']['output']>;
  readonly command: TicketCommand;
  readonly from: TicketState;
  readonly guard?: Maybe<Scalars['String']['output']>;
  readonly to: TicketState;
};

export type LoweringApproval =
  | 'ALWAYS'
  | 'NEVER'
  | 'OVERRIDES';

export type MarkReachedEvent = Node & TicketEvent & {
  readonly __typename?: 'MarkReachedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly cycle: Scalars['Int']['output'];
  readonly id: Scalars['ID']['output'];
  readonly kind: CommitmentKind;
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly mark: Scalars['String']['output'];
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  readonly acknowledgeTicket: AcknowledgeTicketPayload;
  readonly addNote: AddNotePayload;
  readonly applyWorkaround: ApplyWorkaroundPayload;
  readonly approveOverride: ApproveOverridePayload;
  readonly approveWaiver: ApproveWaiverPayload;
  readonly assignTicket: AssignTicketPayload;
  readonly closeTicket: CloseTicketPayload;
  readonly communicate: CommunicatePayload;
  readonly createApiKey: CreateApiKeyPayload;
  readonly createClient: CreateClientPayload;
  readonly createWebhook: CreateWebhookPayload;
  readonly deleteWebhook: DeleteWebhookPayload;
  readonly publishPolicy: PublishPolicyPayload;
  readonly reclassifyTicket: ReclassifyTicketPayload;
  readonly recordCall: RecordCallPayload;
  readonly rejectOverride: RejectOverridePayload;
  readonly rejectWaiver: RejectWaiverPayload;
  readonly reopenTicket: ReopenTicketPayload;
  readonly replayWebhook: ReplayWebhookPayload;
  readonly resolveTicket: ResolveTicketPayload;
  readonly revokeApiKey: RevokeApiKeyPayload;
  readonly rotateWebhookSecret: RotateWebhookSecretPayload;
  readonly setAgentActive: SetAgentActivePayload;
  readonly setClientTerms: SetClientTermsPayload;
  readonly startWaiting: StartWaitingPayload;
  readonly stopWaiting: StopWaitingPayload;
  readonly submitTicket: SubmitTicketPayload;
  readonly testWebhook: TestWebhookPayload;
  readonly updateTicket: UpdateTicketPayload;
  readonly updateWebhook: UpdateWebhookPayload;
  readonly waiveBreach: WaiveBreachPayload;
  readonly withdrawWorkaround: WithdrawWorkaroundPayload;
};


export type MutationAcknowledgeTicketArgs = {
  input: AcknowledgeTicketInput;
};


export type MutationAddNoteArgs = {
  input: AddNoteInput;
};


export type MutationApplyWorkaroundArgs = {
  input: ApplyWorkaroundInput;
};


export type MutationApproveOverrideArgs = {
  input: ApproveOverrideInput;
};


export type MutationApproveWaiverArgs = {
  input: ApproveWaiverInput;
};


export type MutationAssignTicketArgs = {
  input: AssignTicketInput;
};


export type MutationCloseTicketArgs = {
  input: CloseTicketInput;
};


export type MutationCommunicateArgs = {
  input: CommunicateInput;
};


export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


export type MutationCreateClientArgs = {
  input: CreateClientInput;
};


export type MutationCreateWebhookArgs = {
  input: CreateWebhookInput;
};


export type MutationDeleteWebhookArgs = {
  input: DeleteWebhookInput;
};


export type MutationPublishPolicyArgs = {
  input: PublishPolicyInput;
};


export type MutationReclassifyTicketArgs = {
  input: ReclassifyTicketInput;
};


export type MutationRecordCallArgs = {
  input: RecordCallInput;
};


export type MutationRejectOverrideArgs = {
  input: RejectOverrideInput;
};


export type MutationRejectWaiverArgs = {
  input: RejectWaiverInput;
};


export type MutationReopenTicketArgs = {
  input: ReopenTicketInput;
};


export type MutationReplayWebhookArgs = {
  input: ReplayWebhookInput;
};


export type MutationResolveTicketArgs = {
  input: ResolveTicketInput;
};


export type MutationRevokeApiKeyArgs = {
  input: RevokeApiKeyInput;
};


export type MutationRotateWebhookSecretArgs = {
  input: RotateWebhookSecretInput;
};


export type MutationSetAgentActiveArgs = {
  input: SetAgentActiveInput;
};


export type MutationSetClientTermsArgs = {
  input: SetClientTermsInput;
};


export type MutationStartWaitingArgs = {
  input: StartWaitingInput;
};


export type MutationStopWaitingArgs = {
  input: StopWaitingInput;
};


export type MutationSubmitTicketArgs = {
  input: SubmitTicketInput;
};


export type MutationTestWebhookArgs = {
  input: TestWebhookInput;
};


export type MutationUpdateTicketArgs = {
  input: UpdateTicketInput;
};


export type MutationUpdateWebhookArgs = {
  input: UpdateWebhookInput;
};


export type MutationWaiveBreachArgs = {
  input: WaiveBreachInput;
};


export type MutationWithdrawWorkaroundArgs = {
  input: WithdrawWorkaroundInput;
};

export type NameComparator = {
  readonly contains?: InputMaybe<Scalars['String']['input']>;
  readonly eq?: InputMaybe<Scalars['String']['input']>;
  readonly in?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly nin?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly startsWith?: InputMaybe<Scalars['String']['input']>;
};

export type NoSuchBreach = UserError & {
  readonly __typename?: 'NoSuchBreach';
  readonly code: UserErrorCode;
  readonly commitment: CommitmentKind;
  readonly cycle: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type NoWaiverProposed = UserError & {
  readonly __typename?: 'NoWaiverProposed';
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type Node = {
  readonly id: Scalars['ID']['output'];
};

export type NotFound = UserError & {
  readonly __typename?: 'NotFound';
  readonly code: UserErrorCode;
  readonly id: Scalars['ID']['output'];
  readonly kind: NotFoundKind;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type NotFoundKind =
  | 'AGENT'
  | 'API_KEY'
  | 'CLIENT'
  | 'TICKET'
  | 'WEBHOOK'
  | 'WEBHOOK_DELIVERY';

export type NotWaiting = UserError & {
  readonly __typename?: 'NotWaiting';
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly reason: WaitingReason;
};

export type NoteAddedEvent = Node & TicketEvent & {
  readonly __typename?: 'NoteAddedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly note: Scalars['String']['output'];
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type NothingProposed = UserError & {
  readonly __typename?: 'NothingProposed';
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type NothingToWaive = UserError & {
  readonly __typename?: 'NothingToWaive';
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type OnLowering =
  | 'CARRY'
  | 'RESTART';

export type OpenHours = {
  readonly __typename?: 'OpenHours';
  readonly closes: Scalars['String']['output'];
  readonly opens: Scalars['String']['output'];
};

export type OrderDirection =
  | 'ASC'
  | 'DESC';

export type OutOfOrder = UserError & {
  readonly __typename?: 'OutOfOrder';
  readonly at: Scalars['DateTime']['output'];
  readonly code: UserErrorCode;
  readonly event?: Maybe<EventInTheWay>;
  readonly lastEventAt: Scalars['DateTime']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type OverrideApprovedEvent = Node & TicketEvent & {
  readonly __typename?: 'OverrideApprovedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly proposal: SeverityProposal;
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type OverrideInput = {
  readonly reason: Scalars['String']['input'];
  readonly severity: Severity;
};

export type OverrideProposedEvent = Node & TicketEvent & {
  readonly __typename?: 'OverrideProposedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly proposal: SeverityProposal;
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type OverrideRejectedEvent = Node & TicketEvent & {
  readonly __typename?: 'OverrideRejectedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly proposal: SeverityProposal;
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type OverrideWithoutEffect = UserError & {
  readonly __typename?: 'OverrideWithoutEffect';
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly severity: Severity;
};

export type PageInfo = {
  readonly __typename?: 'PageInfo';
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  readonly hasNextPage: Scalars['Boolean']['output'];
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

export type Policy = Node & {
  readonly __typename?: 'Policy';
  readonly audiences: ReadonlyArray<Fact>;
  readonly businessDayEnd: BusinessDayEnd;
  readonly calendars: ReadonlyArray<Calendar>;
  readonly closeAfterSilence: BusinessSpan;
  readonly consequences: ReadonlyArray<Fact>;
  readonly id: Scalars['ID']['output'];
  readonly lateEntry: Scalars['Duration']['output'];
  readonly loweringApproval: LoweringApproval;
  readonly marks: ReadonlyArray<PolicyMark>;
  readonly name: Scalars['String']['output'];
  readonly onLowering: OnLowering;
  readonly publishedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly publishedBy?: Maybe<Actor>;
  readonly reopeningMinimum: Scalars['Float']['output'];
  readonly rules: ReadonlyArray<ClassificationRule>;
  readonly severities: ReadonlyArray<SeverityPolicy>;
  readonly source: Scalars['String']['output'];
  readonly title: Scalars['String']['output'];
  readonly version: Scalars['Int']['output'];
  readonly waitingRules: ReadonlyArray<WaitingRule>;
  readonly yaml?: Maybe<Scalars['String']['output']>;
};

export type PolicyConnection = {
  readonly __typename?: 'PolicyConnection';
  readonly edges: ReadonlyArray<PolicyEdge>;
  readonly nodes: ReadonlyArray<Policy>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type PolicyEdge = {
  readonly __typename?: 'PolicyEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Policy;
};

export type PolicyImpact = {
  readonly __typename?: 'PolicyImpact';
  readonly bySeverity: ReadonlyArray<SeverityImpact>;
  readonly deadlineChanged: Scalars['Int']['output'];
  readonly historyRefused: Scalars['Int']['output'];
  readonly newlyBreached: Scalars['Int']['output'];
  readonly noLongerBreached: Scalars['Int']['output'];
  readonly notApplicable: Scalars['Int']['output'];
  readonly openTickets: Scalars['Int']['output'];
  readonly severityChanged: Scalars['Int']['output'];
  readonly wouldHaveBreached: Scalars['Int']['output'];
};

export type PolicyMark = {
  readonly __typename?: 'PolicyMark';
  readonly fraction: Scalars['Float']['output'];
  readonly name: Scalars['String']['output'];
};

export type ProposedWaiver = {
  readonly __typename?: 'ProposedWaiver';
  readonly at: Scalars['DateTime']['output'];
  readonly by: Actor;
  readonly evidence: Scalars['Int']['output'];
  readonly reason?: Maybe<Scalars['String']['output']>;
};

export type PublishPolicyInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly yaml: Scalars['String']['input'];
};

export type PublishPolicyPayload = {
  readonly __typename?: 'PublishPolicyPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly impact?: Maybe<PolicyImpact>;
  readonly isNew: Scalars['Boolean']['output'];
  readonly policy?: Maybe<Policy>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Query = {
  readonly __typename?: 'Query';
  readonly agents: AgentConnection;
  readonly apiKeys: ApiKeyConnection;
  readonly auditEvents: AuditEventConnection;
  readonly calendar?: Maybe<Calendar>;
  readonly classify: ClassifyPayload;
  readonly client?: Maybe<Client>;
  readonly clients: ClientConnection;
  readonly deadlines: DeadlineConnection;
  readonly deliveries: WebhookDeliveryConnection;
  readonly events: EventLogConnection;
  readonly lifecycle: Lifecycle;
  readonly node?: Maybe<Node>;
  readonly nodes: ReadonlyArray<Maybe<Node>>;
  readonly policies: PolicyConnection;
  readonly policy?: Maybe<Policy>;
  readonly simulate: Simulation;
  readonly slaReport: SlaReport;
  readonly ticket?: Maybe<Ticket>;
  readonly tickets: TicketConnection;
  readonly viewer: Viewer;
  readonly webhook?: Maybe<Webhook>;
  readonly webhooks: WebhookConnection;
  readonly workList: WorkItemConnection;
};


export type QueryAgentsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  isActive?: InputMaybe<Scalars['Boolean']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  prefix?: InputMaybe<Scalars['String']['input']>;
};


export type QueryApiKeysArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryAuditEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  kinds?: InputMaybe<ReadonlyArray<AuditEventKind>>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryCalendarArgs = {
  id: Scalars['ID']['input'];
};


export type QueryClassifyArgs = {
  client?: InputMaybe<Scalars['ID']['input']>;
  impacts: ReadonlyArray<ImpactInput>;
};


export type QueryClientArgs = {
  id?: InputMaybe<Scalars['ID']['input']>;
  name?: InputMaybe<Scalars['String']['input']>;
};


export type QueryClientsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ClientFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<ClientOrder>;
};


export type QueryDeadlinesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  assignee?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  client?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  includeOverdue?: Scalars['Boolean']['input'];
  kinds?: InputMaybe<ReadonlyArray<CommitmentKind>>;
  last?: InputMaybe<Scalars['Int']['input']>;
  severities?: InputMaybe<ReadonlyArray<Severity>>;
  within?: InputMaybe<Scalars['Duration']['input']>;
};


export type QueryDeliveriesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  statuses?: InputMaybe<ReadonlyArray<WebhookDeliveryStatus>>;
  webhookId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryEventsArgs = {
  after?: InputMaybe<Scalars['EventCursor']['input']>;
  filter?: InputMaybe<TicketEventFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


export type QueryNodesArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};


export type QueryPoliciesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryPolicyArgs = {
  name?: InputMaybe<Scalars['String']['input']>;
  version?: InputMaybe<Scalars['Int']['input']>;
};


export type QuerySimulateArgs = {
  at?: InputMaybe<Scalars['DateTime']['input']>;
  change: SimulatedChangeInput;
  ticketId: Scalars['ID']['input'];
};


export type QuerySlaReportArgs = {
  client?: InputMaybe<Scalars['ID']['input']>;
  from: Scalars['DateTime']['input'];
  groupBy: SlaReportGrouping;
  severities?: InputMaybe<ReadonlyArray<Severity>>;
  timeZone?: Scalars['String']['input'];
  to: Scalars['DateTime']['input'];
};


export type QueryTicketArgs = {
  asOf?: InputMaybe<Scalars['DateTime']['input']>;
  client?: InputMaybe<Scalars['ID']['input']>;
  externalId?: InputMaybe<Scalars['String']['input']>;
  id?: InputMaybe<Scalars['ID']['input']>;
  knownAt?: InputMaybe<Scalars['DateTime']['input']>;
  number?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryTicketsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<TicketFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<TicketOrder>;
};


export type QueryWebhookArgs = {
  id: Scalars['ID']['input'];
};


export type QueryWebhooksArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryWorkListArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  assignee?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  client?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  unassigned?: Scalars['Boolean']['input'];
};

export type ReasonNeeded = UserError & {
  readonly __typename?: 'ReasonNeeded';
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly occurredAt: Scalars['DateTime']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly threshold: Scalars['Duration']['output'];
};

export type ReclassifiedEvent = Node & TicketEvent & {
  readonly __typename?: 'ReclassifiedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly clause: Scalars['String']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly impacts: ReadonlyArray<Impact>;
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly override?: Maybe<SeverityOverride>;
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly severity: Severity;
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type ReclassifiedSinceWorkaround = UserError & {
  readonly __typename?: 'ReclassifiedSinceWorkaround';
  readonly appliedAt: Scalars['DateTime']['output'];
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type ReclassifyTicketInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly impacts?: InputMaybe<ReadonlyArray<ImpactInput>>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly override?: InputMaybe<OverrideInput>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type ReclassifyTicketPayload = {
  readonly __typename?: 'ReclassifyTicketPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type RecordCallInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type RecordCallPayload = {
  readonly __typename?: 'RecordCallPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type RejectOverrideInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason: Scalars['String']['input'];
  readonly ticketId: Scalars['ID']['input'];
};

export type RejectOverridePayload = {
  readonly __typename?: 'RejectOverridePayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type RejectWaiverInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly cycle: Scalars['Int']['input'];
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly kind: CommitmentKind;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason: Scalars['String']['input'];
  readonly ticketId: Scalars['ID']['input'];
};

export type RejectWaiverPayload = {
  readonly __typename?: 'RejectWaiverPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type RejectedWaiver = {
  readonly __typename?: 'RejectedWaiver';
  readonly at: Scalars['DateTime']['output'];
  readonly by: Actor;
  readonly evidence: Scalars['Int']['output'];
  readonly reason: Scalars['String']['output'];
};

export type ReopenTicketInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type ReopenTicketPayload = {
  readonly __typename?: 'ReopenTicketPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type ReopenedEvent = Node & TicketEvent & {
  readonly __typename?: 'ReopenedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type ReplayWebhookInput = {
  readonly after?: InputMaybe<Scalars['EventCursor']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly deliveryId?: InputMaybe<Scalars['ID']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly scope?: InputMaybe<WebhookReplayScope>;
  readonly webhookId: Scalars['ID']['input'];
};

export type ReplayWebhookPayload = {
  readonly __typename?: 'ReplayWebhookPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly webhook?: Maybe<Webhook>;
};

export type ResolveTicketInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly resolution?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type ResolveTicketPayload = {
  readonly __typename?: 'ResolveTicketPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type ResolvedEvent = Node & TicketEvent & {
  readonly __typename?: 'ResolvedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly resolution?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type RevokeApiKeyInput = {
  readonly apiKeyId: Scalars['ID']['input'];
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

export type RevokeApiKeyPayload = {
  readonly __typename?: 'RevokeApiKeyPayload';
  readonly apiKey?: Maybe<ApiKey>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Role =
  | 'ADMIN'
  | 'AGENT'
  | 'CLIENT'
  | 'SERVICE';

export type RotateWebhookSecretInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly keepPreviousFor?: InputMaybe<Scalars['Duration']['input']>;
  readonly webhookId: Scalars['ID']['input'];
};

export type RotateWebhookSecretPayload = {
  readonly __typename?: 'RotateWebhookSecretPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly secret?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly webhook?: Maybe<Webhook>;
};

export type SegmentKind =
  | 'COUNTED'
  | 'HOLIDAY'
  | 'OUTSIDE_HOURS'
  | 'PAUSED';

export type SetAgentActiveInput = {
  readonly agentId: Scalars['ID']['input'];
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly isActive: Scalars['Boolean']['input'];
};

export type SetAgentActivePayload = {
  readonly __typename?: 'SetAgentActivePayload';
  readonly agent?: Maybe<Agent>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type SetClientTermsInput = {
  readonly calendars?: InputMaybe<ReadonlyArray<CalendarReplacementInput>>;
  readonly clientId: Scalars['ID']['input'];
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly policy?: InputMaybe<Scalars['String']['input']>;
};

export type SetClientTermsPayload = {
  readonly __typename?: 'SetClientTermsPayload';
  readonly client?: Maybe<Client>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Severity =
  | 'SEV1'
  | 'SEV2'
  | 'SEV3'
  | 'SEV4'
  | 'SEV5';

export type SeverityChange = {
  readonly __typename?: 'SeverityChange';
  readonly at: Scalars['DateTime']['output'];
  readonly by: Actor;
  readonly cause: SeverityChangeCause;
  readonly deadlineAfter?: Maybe<Scalars['DateTime']['output']>;
  readonly deadlineBefore?: Maybe<Scalars['DateTime']['output']>;
  readonly from: Severity;
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly to: Severity;
};

export type SeverityChangeCause =
  | 'OVERRIDDEN'
  | 'RECLASSIFIED'
  | 'WORKAROUND'
  | 'WORKAROUND_WITHDRAWN';

export type SeverityChangeCauseComparator = {
  readonly eq?: InputMaybe<SeverityChangeCause>;
  readonly in?: InputMaybe<ReadonlyArray<SeverityChangeCause>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<SeverityChangeCause>>;
};

export type SeverityChangedFilter = {
  readonly cause?: InputMaybe<SeverityChangeCauseComparator>;
  readonly client?: InputMaybe<IdComparator>;
  readonly from?: InputMaybe<SeverityComparator>;
  readonly ticket?: InputMaybe<IdComparator>;
  readonly to?: InputMaybe<SeverityComparator>;
};

export type SeverityChangedPayload = {
  readonly __typename?: 'SeverityChangedPayload';
  readonly change: SeverityChange;
  readonly cursor: Scalars['EventCursor']['output'];
  readonly ticket: Ticket;
};

export type SeverityComparator = {
  readonly eq?: InputMaybe<Severity>;
  readonly gt?: InputMaybe<Severity>;
  readonly gte?: InputMaybe<Severity>;
  readonly in?: InputMaybe<ReadonlyArray<Severity>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly lt?: InputMaybe<Severity>;
  readonly lte?: InputMaybe<Severity>;
  readonly nin?: InputMaybe<ReadonlyArray<Severity>>;
};

export type SeverityCount = {
  readonly __typename?: 'SeverityCount';
  readonly count: Scalars['Int']['output'];
  readonly severity: Severity;
};

export type SeverityImpact = {
  readonly __typename?: 'SeverityImpact';
  readonly deadlineChanged: Scalars['Int']['output'];
  readonly historyRefused: Scalars['Int']['output'];
  readonly newlyBreached: Scalars['Int']['output'];
  readonly noLongerBreached: Scalars['Int']['output'];
  readonly notApplicable: Scalars['Int']['output'];
  readonly severity: Severity;
  readonly severityChanged: Scalars['Int']['output'];
  readonly tickets: Scalars['Int']['output'];
  readonly wouldHaveBreached: Scalars['Int']['output'];
};

export type SeverityNotLowered = UserError & {
  readonly __typename?: 'SeverityNotLowered';
  readonly after: Severity;
  readonly before: Severity;
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type SeverityOverride = {
  readonly __typename?: 'SeverityOverride';
  readonly approvedBy?: Maybe<Actor>;
  readonly at: Scalars['DateTime']['output'];
  readonly by: Actor;
  readonly reason: Scalars['String']['output'];
  readonly severity: Severity;
};

export type SeverityPolicy = {
  readonly __typename?: 'SeverityPolicy';
  readonly clientActions: ReadonlyArray<ClientAction>;
  readonly resolution?: Maybe<Target>;
  readonly response?: Maybe<Target>;
  readonly severity: Severity;
  readonly title: Scalars['String']['output'];
  readonly update?: Maybe<Target>;
  readonly workaroundLowers: WorkaroundLowers;
};

export type SeverityProposal = {
  readonly __typename?: 'SeverityProposal';
  readonly at: Scalars['DateTime']['output'];
  readonly by: Actor;
  readonly impacts: ReadonlyArray<Impact>;
  readonly isOverride: Scalars['Boolean']['output'];
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly severity: Severity;
};

export type SimulatedChangeInput = {
  readonly acknowledge?: InputMaybe<Scalars['Boolean']['input']>;
  readonly applyWorkaround?: InputMaybe<SimulatedWorkaroundInput>;
  readonly approveOverride?: InputMaybe<SimulatedReasonInput>;
  readonly close?: InputMaybe<SimulatedReasonInput>;
  readonly communicate?: InputMaybe<SimulatedCommunicationInput>;
  readonly reclassify?: InputMaybe<SimulatedReclassificationInput>;
  readonly reopen?: InputMaybe<SimulatedReasonInput>;
  readonly resolve?: InputMaybe<SimulatedResolutionInput>;
  readonly startWaiting?: InputMaybe<SimulatedWaitingInput>;
  readonly stopWaiting?: InputMaybe<SimulatedWaitingInput>;
  readonly withdrawWorkaround?: InputMaybe<SimulatedReasonInput>;
};

export type SimulatedCommunicationInput = {
  readonly automatic?: InputMaybe<Scalars['Boolean']['input']>;
  readonly direction: Direction;
};

export type SimulatedReasonInput = {
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type SimulatedReclassificationInput = {
  readonly impacts?: InputMaybe<ReadonlyArray<ImpactInput>>;
  readonly override?: InputMaybe<OverrideInput>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type SimulatedResolutionInput = {
  readonly resolution?: InputMaybe<Scalars['String']['input']>;
};

export type SimulatedWaitingInput = {
  readonly reason: WaitingReason;
};

export type SimulatedWorkaroundInput = {
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly remaining: ReadonlyArray<ImpactInput>;
};

export type Simulation = {
  readonly __typename?: 'Simulation';
  readonly after?: Maybe<TicketOutlook>;
  readonly at?: Maybe<Scalars['DateTime']['output']>;
  readonly before?: Maybe<TicketOutlook>;
  readonly severityChange?: Maybe<SeverityChange>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Sla = {
  readonly __typename?: 'Sla';
  readonly resolution?: Maybe<Commitment>;
  readonly response?: Maybe<Commitment>;
  readonly update?: Maybe<Commitment>;
};

export type SlaReport = {
  readonly __typename?: 'SlaReport';
  readonly from: Scalars['DateTime']['output'];
  readonly groupBy: SlaReportGrouping;
  readonly groups: ReadonlyArray<SlaReportRow>;
  readonly timeZone: Scalars['String']['output'];
  readonly to: Scalars['DateTime']['output'];
  readonly total: SlaReportRow;
};

export type SlaReportGrouping =
  | 'ASSIGNEE'
  | 'CLAUSE'
  | 'CLIENT'
  | 'MONTH'
  | 'SEVERITY';

export type SlaReportRow = {
  readonly __typename?: 'SlaReportRow';
  readonly client?: Maybe<Client>;
  readonly closed: Scalars['Int']['output'];
  readonly key?: Maybe<Scalars['String']['output']>;
  readonly opened: Scalars['Int']['output'];
  readonly overall: CommitmentFigures;
  readonly resolution: CommitmentFigures;
  readonly resolved: Scalars['Int']['output'];
  readonly response: CommitmentFigures;
  readonly timeToResolve?: Maybe<TimeFigures>;
  readonly timeToRespond?: Maybe<TimeFigures>;
  readonly timeToWorkAround?: Maybe<TimeFigures>;
  readonly update: CommitmentFigures;
};

export type SlaStatusFilter = {
  readonly kind?: InputMaybe<CommitmentKind>;
  readonly status: CommitmentStatusComparator;
};

export type SpecialHours = {
  readonly __typename?: 'SpecialHours';
  readonly date: Scalars['String']['output'];
  readonly hours: ReadonlyArray<OpenHours>;
  readonly yearly: Scalars['Boolean']['output'];
};

export type StartWaitingInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly lateReason?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason: WaitingReason;
  readonly ticketId: Scalars['ID']['input'];
};

export type StartWaitingPayload = {
  readonly __typename?: 'StartWaitingPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type StartedCycle = {
  readonly __typename?: 'StartedCycle';
  readonly cycle: Scalars['Int']['output'];
  readonly kind: CommitmentKind;
  readonly severity: Severity;
  readonly startedAt: Scalars['DateTime']['output'];
  readonly total?: Maybe<Scalars['Duration']['output']>;
};

export type StopWaitingInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly lateReason?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason: WaitingReason;
  readonly ticketId: Scalars['ID']['input'];
};

export type StopWaitingPayload = {
  readonly __typename?: 'StopWaitingPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type StringComparator = {
  readonly eq?: InputMaybe<Scalars['String']['input']>;
  readonly gt?: InputMaybe<Scalars['String']['input']>;
  readonly gte?: InputMaybe<Scalars['String']['input']>;
  readonly in?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly lt?: InputMaybe<Scalars['String']['input']>;
  readonly lte?: InputMaybe<Scalars['String']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type SubmitTicketInput = {
  readonly assignee?: InputMaybe<Scalars['String']['input']>;
  readonly channel?: Channel;
  readonly clientId?: InputMaybe<Scalars['ID']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly contacts?: InputMaybe<ReadonlyArray<ContactInput>>;
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  readonly externalUrl?: InputMaybe<Scalars['String']['input']>;
  readonly followUpOf?: InputMaybe<Scalars['ID']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly impacts?: InputMaybe<ReadonlyArray<ImpactInput>>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly subject: Scalars['String']['input'];
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly takeOver?: InputMaybe<ReadonlyArray<TakenOver>>;
};

export type SubmitTicketPayload = {
  readonly __typename?: 'SubmitTicketPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type SubmittedEvent = Node & TicketEvent & {
  readonly __typename?: 'SubmittedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly clause: Scalars['String']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly impacts: ReadonlyArray<Impact>;
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly severity: Severity;
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type Subscription = {
  readonly __typename?: 'Subscription';
  readonly commitmentBreached: CommitmentBreachedPayload;
  readonly deadlineApproaching: DeadlineApproachingPayload;
  readonly severityChanged: SeverityChangedPayload;
  readonly ticketEvents: TicketEventPayload;
};


export type SubscriptionCommitmentBreachedArgs = {
  after?: InputMaybe<Scalars['EventCursor']['input']>;
  filter?: InputMaybe<CommitmentBreachedFilter>;
};


export type SubscriptionDeadlineApproachingArgs = {
  filter?: InputMaybe<DeadlineApproachingFilter>;
  lead: Scalars['Duration']['input'];
};


export type SubscriptionSeverityChangedArgs = {
  after?: InputMaybe<Scalars['EventCursor']['input']>;
  filter?: InputMaybe<SeverityChangedFilter>;
};


export type SubscriptionTicketEventsArgs = {
  after?: InputMaybe<Scalars['EventCursor']['input']>;
  filter?: InputMaybe<TicketEventFilter>;
};

export type TakenOver =
  | 'CONTACTS'
  | 'IMPACTS';

export type Target = {
  readonly __typename?: 'Target';
  readonly amount?: Maybe<Scalars['Float']['output']>;
  readonly basis: Basis;
  readonly calendar?: Maybe<Scalars['String']['output']>;
  readonly text: Scalars['String']['output'];
  readonly unit?: Maybe<TargetUnit>;
};

export type TargetUnit =
  | 'BUSINESS_DAYS'
  | 'HOURS'
  | 'MINUTES';

export type TestWebhookInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly webhookId: Scalars['ID']['input'];
};

export type TestWebhookPayload = {
  readonly __typename?: 'TestWebhookPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly delivery?: Maybe<WebhookDelivery>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Ticket = Node & {
  readonly __typename?: 'Ticket';
  readonly acknowledgedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly allowedActions: ReadonlyArray<AllowedAction>;
  readonly assignee?: Maybe<Scalars['String']['output']>;
  readonly awaitingReplySince?: Maybe<Scalars['DateTime']['output']>;
  readonly breaches?: Maybe<ReadonlyArray<Breach>>;
  readonly calendars: ReadonlyArray<CalendarReplacement>;
  readonly callRecordedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly channel: Channel;
  readonly classification: Classification;
  readonly client: Client;
  readonly clientActionsOutstanding: ReadonlyArray<ClientAction>;
  readonly closeReason?: Maybe<Scalars['String']['output']>;
  readonly closedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly communications: CommunicationConnection;
  readonly contacts: ReadonlyArray<Contact>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly description?: Maybe<Scalars['String']['output']>;
  readonly events: TicketEventConnection;
  readonly externalId?: Maybe<Scalars['String']['output']>;
  readonly externalUrl?: Maybe<Scalars['String']['output']>;
  readonly followUpOf?: Maybe<Ticket>;
  readonly followUps: TicketConnection;
  readonly id: Scalars['ID']['output'];
  readonly impacts: ReadonlyArray<Impact>;
  readonly initialSeverity: Severity;
  readonly isBreached?: Maybe<Scalars['Boolean']['output']>;
  readonly lastEventAt: Scalars['DateTime']['output'];
  readonly nextDeadline?: Maybe<Deadline>;
  readonly number: Scalars['Int']['output'];
  readonly openedAt: Scalars['DateTime']['output'];
  readonly policy: Policy;
  readonly reporter?: Maybe<Scalars['String']['output']>;
  readonly resolution?: Maybe<Scalars['String']['output']>;
  readonly resolvedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly respondedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly severity: Severity;
  readonly severityChanges: ReadonlyArray<SeverityChange>;
  readonly sla: Sla;
  readonly state: TicketState;
  readonly subject: Scalars['String']['output'];
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  readonly updatedAt: Scalars['DateTime']['output'];
  readonly version: Scalars['Int']['output'];
  readonly waiting: ReadonlyArray<Waiting>;
  readonly waiverProposed?: Maybe<Scalars['Boolean']['output']>;
  readonly workaround?: Maybe<Workaround>;
  readonly workaroundAppliedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly workarounds: ReadonlyArray<Workaround>;
};


export type TicketCommunicationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


export type TicketEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  types?: InputMaybe<ReadonlyArray<TicketEventType>>;
};


export type TicketFollowUpsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

export type TicketCommand =
  | 'ACKNOWLEDGE'
  | 'ADD_NOTE'
  | 'APPLY_WORKAROUND'
  | 'APPROVE_OVERRIDE'
  | 'APPROVE_WAIVER'
  | 'ASSIGN'
  | 'CLOSE'
  | 'COMMUNICATE'
  | 'RECLASSIFY'
  | 'RECORD_CALL'
  | 'REJECT_OVERRIDE'
  | 'REJECT_WAIVER'
  | 'REOPEN'
  | 'RESOLVE'
  | 'START_WAITING'
  | 'STOP_WAITING'
  | 'UPDATE_TICKET'
  | 'WAIVE_BREACH'
  | 'WITHDRAW_WORKAROUND';

export type TicketConnection = {
  readonly __typename?: 'TicketConnection';
  readonly edges: ReadonlyArray<TicketEdge>;
  readonly nodes: ReadonlyArray<Ticket>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type TicketDetail =
  | 'CONTACTS'
  | 'DESCRIPTION'
  | 'EXTERNAL_URL'
  | 'REPORTER'
  | 'SUBJECT'
  | 'TAGS';

export type TicketDetails = {
  readonly __typename?: 'TicketDetails';
  readonly contacts?: Maybe<ReadonlyArray<Contact>>;
  readonly description?: Maybe<Scalars['String']['output']>;
  readonly externalUrl?: Maybe<Scalars['String']['output']>;
  readonly reporter?: Maybe<Scalars['String']['output']>;
  readonly subject?: Maybe<Scalars['String']['output']>;
  readonly tags?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type TicketEdge = {
  readonly __typename?: 'TicketEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Ticket;
};

export type TicketEvent = {
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type TicketEventConnection = {
  readonly __typename?: 'TicketEventConnection';
  readonly edges: ReadonlyArray<TicketEventEdge>;
  readonly nodes: ReadonlyArray<TicketEvent>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type TicketEventEdge = {
  readonly __typename?: 'TicketEventEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: TicketEvent;
};

export type TicketEventFilter = {
  readonly client?: InputMaybe<IdComparator>;
  readonly severity?: InputMaybe<SeverityComparator>;
  readonly ticket?: InputMaybe<IdComparator>;
  readonly type?: InputMaybe<TicketEventTypeComparator>;
};

export type TicketEventPayload = {
  readonly __typename?: 'TicketEventPayload';
  readonly cursor: Scalars['EventCursor']['output'];
  readonly event: TicketEvent;
  readonly ticket: Ticket;
};

export type TicketEventType =
  | 'ACKNOWLEDGED'
  | 'ASSIGNED'
  | 'BREACH_WAIVED'
  | 'CALL_RECORDED'
  | 'CLOSED'
  | 'COMMITMENT_BREACHED'
  | 'COMMUNICATED'
  | 'MARK_REACHED'
  | 'NOTE_ADDED'
  | 'OVERRIDE_APPROVED'
  | 'OVERRIDE_PROPOSED'
  | 'OVERRIDE_REJECTED'
  | 'RECLASSIFIED'
  | 'REOPENED'
  | 'RESOLVED'
  | 'SUBMITTED'
  | 'TICKET_UPDATED'
  | 'WAITING_STARTED'
  | 'WAITING_STOPPED'
  | 'WAIVER_APPROVED'
  | 'WAIVER_REJECTED'
  | 'WORKAROUND_APPLIED'
  | 'WORKAROUND_WITHDRAWN';

export type TicketEventTypeComparator = {
  readonly eq?: InputMaybe<TicketEventType>;
  readonly in?: InputMaybe<ReadonlyArray<TicketEventType>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<TicketEventType>>;
};

export type TicketFilter = {
  readonly acknowledgedAt?: InputMaybe<DateTimeComparator>;
  readonly and?: InputMaybe<ReadonlyArray<TicketFilter>>;
  readonly assignee?: InputMaybe<StringComparator>;
  readonly audience?: InputMaybe<AudienceComparator>;
  readonly awaitingReplySince?: InputMaybe<DateTimeComparator>;
  readonly callRecordedAt?: InputMaybe<DateTimeComparator>;
  readonly channel?: InputMaybe<ChannelComparator>;
  readonly clause?: InputMaybe<StringComparator>;
  readonly client?: InputMaybe<IdComparator>;
  readonly closedAt?: InputMaybe<DateTimeComparator>;
  readonly consequence?: InputMaybe<ConsequenceComparator>;
  readonly createdAt?: InputMaybe<DateTimeComparator>;
  readonly externalId?: InputMaybe<StringComparator>;
  readonly initialSeverity?: InputMaybe<SeverityComparator>;
  readonly isBreached?: InputMaybe<Scalars['Boolean']['input']>;
  readonly lastEventAt?: InputMaybe<DateTimeComparator>;
  readonly nextDeadlineAt?: InputMaybe<DateTimeComparator>;
  readonly not?: InputMaybe<TicketFilter>;
  readonly number?: InputMaybe<IntComparator>;
  readonly openedAt?: InputMaybe<DateTimeComparator>;
  readonly or?: InputMaybe<ReadonlyArray<TicketFilter>>;
  readonly reporter?: InputMaybe<StringComparator>;
  readonly resolvedAt?: InputMaybe<DateTimeComparator>;
  readonly respondedAt?: InputMaybe<DateTimeComparator>;
  readonly severity?: InputMaybe<SeverityComparator>;
  readonly slaStatus?: InputMaybe<SlaStatusFilter>;
  readonly state?: InputMaybe<TicketStateComparator>;
  readonly tag?: InputMaybe<StringComparator>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
  readonly updatedAt?: InputMaybe<DateTimeComparator>;
  readonly waiting?: InputMaybe<WaitingReasonComparator>;
  readonly waiverProposed?: InputMaybe<Scalars['Boolean']['input']>;
  readonly workaroundAppliedAt?: InputMaybe<DateTimeComparator>;
};

export type TicketOrder = {
  readonly direction?: OrderDirection;
  readonly field: TicketOrderField;
};

export type TicketOrderField =
  | 'AWAITING_REPLY_SINCE'
  | 'CLOSED_AT'
  | 'LAST_EVENT_AT'
  | 'NEXT_DEADLINE_AT'
  | 'NUMBER'
  | 'OPENED_AT'
  | 'RESOLVED_AT'
  | 'SEVERITY'
  | 'UPDATED_AT';

export type TicketOutlook = {
  readonly __typename?: 'TicketOutlook';
  readonly allowedActions: ReadonlyArray<AllowedAction>;
  readonly breaches?: Maybe<ReadonlyArray<Breach>>;
  readonly classification: Classification;
  readonly clientActionsOutstanding: ReadonlyArray<ClientAction>;
  readonly closedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly impacts: ReadonlyArray<Impact>;
  readonly isBreached?: Maybe<Scalars['Boolean']['output']>;
  readonly nextDeadline?: Maybe<Commitment>;
  readonly resolvedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly respondedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly severity: Severity;
  readonly sla: Sla;
  readonly state: TicketState;
  readonly waiting: ReadonlyArray<Waiting>;
  readonly waiverProposed?: Maybe<Scalars['Boolean']['output']>;
};

export type TicketState =
  | 'CLOSED'
  | 'OPEN'
  | 'RESOLVED'
  | 'WORKAROUND_APPLIED';

export type TicketStateComparator = {
  readonly eq?: InputMaybe<TicketState>;
  readonly in?: InputMaybe<ReadonlyArray<TicketState>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<TicketState>>;
};

export type TicketUpdatedEvent = Node & TicketEvent & {
  readonly __typename?: 'TicketUpdatedEvent';
  readonly actor: Actor;
  readonly after: TicketDetails;
  readonly at: Scalars['DateTime']['output'];
  readonly before: TicketDetails;
  readonly changed: ReadonlyArray<TicketDetail>;
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type TimeFigures = {
  readonly __typename?: 'TimeFigures';
  readonly count: Scalars['Int']['output'];
  readonly p50: Scalars['Duration']['output'];
  readonly p90: Scalars['Duration']['output'];
  readonly p95: Scalars['Duration']['output'];
};

export type TimeSegment = {
  readonly __typename?: 'TimeSegment';
  readonly counted: Scalars['Duration']['output'];
  readonly from: Scalars['DateTime']['output'];
  readonly holiday?: Maybe<Scalars['String']['output']>;
  readonly kind: SegmentKind;
  readonly reasons: ReadonlyArray<WaitingReason>;
  readonly to: Scalars['DateTime']['output'];
};

export type TooManyWebhooks = UserError & {
  readonly __typename?: 'TooManyWebhooks';
  readonly code: UserErrorCode;
  readonly limit: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly scope: WebhookLimitScope;
};

export type UnknownCalendar = UserError & {
  readonly __typename?: 'UnknownCalendar';
  readonly calendar: Scalars['String']['output'];
  readonly code: UserErrorCode;
  readonly known: ReadonlyArray<Scalars['String']['output']>;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly policy: Scalars['String']['output'];
};

export type UnknownFact = UserError & {
  readonly __typename?: 'UnknownFact';
  readonly code: UserErrorCode;
  readonly kind: FactKind;
  readonly known: ReadonlyArray<Scalars['String']['output']>;
  readonly message: Scalars['String']['output'];
  readonly nearest?: Maybe<Scalars['String']['output']>;
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly value: Scalars['String']['output'];
};

export type UnknownPolicy = UserError & {
  readonly __typename?: 'UnknownPolicy';
  readonly code: UserErrorCode;
  readonly known: ReadonlyArray<Scalars['String']['output']>;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly policy: Scalars['String']['output'];
};

export type UpdateTicketInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly contacts?: InputMaybe<ReadonlyArray<ContactInput>>;
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly externalUrl?: InputMaybe<Scalars['String']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly subject?: InputMaybe<Scalars['String']['input']>;
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly ticketId: Scalars['ID']['input'];
};

export type UpdateTicketPayload = {
  readonly __typename?: 'UpdateTicketPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type UpdateWebhookInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly filter?: InputMaybe<WebhookFilterInput>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly isEnabled?: InputMaybe<Scalars['Boolean']['input']>;
  readonly reportsDisabledWebhooks?: InputMaybe<Scalars['Boolean']['input']>;
  readonly routingKey?: InputMaybe<Scalars['String']['input']>;
  readonly skipMissed?: InputMaybe<Scalars['Boolean']['input']>;
  readonly url?: InputMaybe<Scalars['String']['input']>;
  readonly webhookId: Scalars['ID']['input'];
};

export type UpdateWebhookPayload = {
  readonly __typename?: 'UpdateWebhookPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly webhook?: Maybe<Webhook>;
};

export type UserError = {
  readonly code: UserErrorCode;
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type UserErrorCode =
  | 'ALREADY_ACKNOWLEDGED'
  | 'ALREADY_WAITING'
  | 'ALREADY_WAIVED'
  | 'APPROVER_IS_PROPOSER'
  | 'APPROVER_IS_WITNESS'
  | 'BEYOND_CALENDAR'
  | 'CALENDAR_ENDS_TOO_SOON'
  | 'CALENDAR_IN_USE'
  | 'CONTRADICTORY_IMPACT'
  | 'DUPLICATE_EXTERNAL_ID'
  | 'ENCRYPTION_KEY_MISSING'
  | 'FOLLOW_UP_NEEDED'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'ILLEGAL_TRANSITION'
  | 'IMPACT_NOT_LOWERED'
  | 'INVALID_INPUT'
  | 'INVALID_POLICY'
  | 'IN_THE_FUTURE'
  | 'NOTHING_PROPOSED'
  | 'NOTHING_TO_WAIVE'
  | 'NOT_FOUND'
  | 'NOT_WAITING'
  | 'NO_SUCH_BREACH'
  | 'NO_WAIVER_PROPOSED'
  | 'OUT_OF_ORDER'
  | 'OVERRIDE_WITHOUT_EFFECT'
  | 'REASON_NEEDED'
  | 'RECLASSIFIED_SINCE_WORKAROUND'
  | 'SEVERITY_NOT_LOWERED'
  | 'TOO_MANY_WEBHOOKS'
  | 'UNKNOWN_CALENDAR'
  | 'UNKNOWN_FACT'
  | 'UNKNOWN_POLICY'
  | 'VERSION_CONFLICT';

export type VersionConflict = UserError & {
  readonly __typename?: 'VersionConflict';
  readonly actual: Scalars['Int']['output'];
  readonly code: UserErrorCode;
  readonly expected: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
  readonly path?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type Viewer = {
  readonly __typename?: 'Viewer';
  readonly actor: Actor;
  readonly role: Role;
  readonly scopes: ReadonlyArray<ApiKeyScope>;
  readonly seesAllClients: Scalars['Boolean']['output'];
};

export type Waiting = {
  readonly __typename?: 'Waiting';
  readonly reason: WaitingReason;
  readonly since: Scalars['DateTime']['output'];
};

export type WaitingReason =
  | 'CLIENT'
  | 'OTHER_TICKET'
  | 'THIRD_PARTY';

export type WaitingReasonComparator = {
  readonly eq?: InputMaybe<WaitingReason>;
  readonly in?: InputMaybe<ReadonlyArray<WaitingReason>>;
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  readonly nin?: InputMaybe<ReadonlyArray<WaitingReason>>;
};

export type WaitingRule = {
  readonly __typename?: 'WaitingRule';
  readonly pauses: ReadonlyArray<CommitmentKind>;
  readonly reason: WaitingReason;
};

export type WaitingStartedEvent = Node & TicketEvent & {
  readonly __typename?: 'WaitingStartedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
  readonly waitingReason: WaitingReason;
};

export type WaitingStoppedEvent = Node & TicketEvent & {
  readonly __typename?: 'WaitingStoppedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
  readonly waitingReason: WaitingReason;
};

export type WaiveBreachInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly cycle: Scalars['Int']['input'];
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly kind: CommitmentKind;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason: Scalars['String']['input'];
  readonly ticketId: Scalars['ID']['input'];
};

export type WaiveBreachPayload = {
  readonly __typename?: 'WaiveBreachPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type Waiver = {
  readonly __typename?: 'Waiver';
  readonly at: Scalars['DateTime']['output'];
  readonly by: Actor;
  readonly evidence?: Maybe<Scalars['Int']['output']>;
  readonly reason: Scalars['String']['output'];
};

export type WaiverApprovedEvent = Node & TicketEvent & {
  readonly __typename?: 'WaiverApprovedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly cycle: Scalars['Int']['output'];
  readonly effects: EventEffects;
  readonly evidence?: Maybe<Scalars['Int']['output']>;
  readonly id: Scalars['ID']['output'];
  readonly kind: CommitmentKind;
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type WaiverRejectedEvent = Node & TicketEvent & {
  readonly __typename?: 'WaiverRejectedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly cycle: Scalars['Int']['output'];
  readonly effects: EventEffects;
  readonly evidence?: Maybe<Scalars['Int']['output']>;
  readonly id: Scalars['ID']['output'];
  readonly kind: CommitmentKind;
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type Webhook = Node & {
  readonly __typename?: 'Webhook';
  readonly clients?: Maybe<ReadonlyArray<Client>>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly createdBy: Actor;
  readonly cursor: Scalars['EventCursor']['output'];
  readonly description?: Maybe<Scalars['String']['output']>;
  readonly disabledAt?: Maybe<Scalars['DateTime']['output']>;
  readonly disabledReason?: Maybe<WebhookDisabledReason>;
  readonly failingSince?: Maybe<Scalars['DateTime']['output']>;
  readonly filter: WebhookFilter;
  readonly format: WebhookFormat;
  readonly id: Scalars['ID']['output'];
  readonly isEnabled: Scalars['Boolean']['output'];
  readonly owner: Actor;
  readonly payloadVersion: Scalars['Int']['output'];
  readonly reportsDisabledWebhooks: Scalars['Boolean']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  readonly url: Scalars['String']['output'];
};

export type WebhookConnection = {
  readonly __typename?: 'WebhookConnection';
  readonly edges: ReadonlyArray<WebhookEdge>;
  readonly nodes: ReadonlyArray<Webhook>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type WebhookDelivery = Node & {
  readonly __typename?: 'WebhookDelivery';
  readonly attempts: Scalars['Int']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly disabledWebhook?: Maybe<Webhook>;
  readonly duration?: Maybe<Scalars['Duration']['output']>;
  readonly endedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly error?: Maybe<Scalars['String']['output']>;
  readonly event?: Maybe<TicketEvent>;
  readonly id: Scalars['ID']['output'];
  readonly kind: WebhookDeliveryKind;
  readonly lastAttemptAt?: Maybe<Scalars['DateTime']['output']>;
  readonly messageId: Scalars['String']['output'];
  readonly nextAttemptAt?: Maybe<Scalars['DateTime']['output']>;
  readonly requestBody?: Maybe<Scalars['String']['output']>;
  readonly response?: Maybe<Scalars['String']['output']>;
  readonly status: WebhookDeliveryStatus;
  readonly statusCode?: Maybe<Scalars['Int']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly webhook?: Maybe<Webhook>;
};

export type WebhookDeliveryConnection = {
  readonly __typename?: 'WebhookDeliveryConnection';
  readonly edges: ReadonlyArray<WebhookDeliveryEdge>;
  readonly nodes: ReadonlyArray<WebhookDelivery>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type WebhookDeliveryEdge = {
  readonly __typename?: 'WebhookDeliveryEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: WebhookDelivery;
};

export type WebhookDeliveryKind =
  | 'EVENT'
  | 'TEST'
  | 'WEBHOOK_DISABLED';

export type WebhookDeliveryStatus =
  | 'CANCELLED'
  | 'DELIVERED'
  | 'FAILED'
  | 'PENDING';

export type WebhookDisabledReason =
  | 'FAILING'
  | 'GONE'
  | 'OWNER_WITHOUT_RIGHTS'
  | 'REQUESTED';

export type WebhookEdge = {
  readonly __typename?: 'WebhookEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Webhook;
};

export type WebhookFilter = {
  readonly __typename?: 'WebhookFilter';
  readonly breachCauses?: Maybe<ReadonlyArray<BreachCause>>;
  readonly clientIds?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  readonly commitmentKinds?: Maybe<ReadonlyArray<CommitmentKind>>;
  readonly excludedClientIds: ReadonlyArray<Scalars['ID']['output']>;
  readonly excludedTicketIds: ReadonlyArray<Scalars['ID']['output']>;
  readonly excludedTypes: ReadonlyArray<TicketEventType>;
  readonly severities?: Maybe<ReadonlyArray<Severity>>;
  readonly severitiesFrom?: Maybe<ReadonlyArray<Severity>>;
  readonly severitiesTo?: Maybe<ReadonlyArray<Severity>>;
  readonly severityChangeCauses?: Maybe<ReadonlyArray<SeverityChangeCause>>;
  readonly ticketIds?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  readonly types?: Maybe<ReadonlyArray<TicketEventType>>;
};

export type WebhookFilterInput = {
  readonly breachCause?: InputMaybe<BreachCauseComparator>;
  readonly client?: InputMaybe<IdComparator>;
  readonly commitmentKind?: InputMaybe<CommitmentKindComparator>;
  readonly severity?: InputMaybe<SeverityComparator>;
  readonly severityChangeCause?: InputMaybe<SeverityChangeCauseComparator>;
  readonly severityFrom?: InputMaybe<SeverityComparator>;
  readonly severityTo?: InputMaybe<SeverityComparator>;
  readonly ticket?: InputMaybe<IdComparator>;
  readonly type?: InputMaybe<TicketEventTypeComparator>;
};

export type WebhookFormat =
  | 'PAGERDUTY'
  | 'SLACK'
  | 'STANDARD';

export type WebhookLimitScope =
  | 'CLIENTS'
  | 'SERVICE';

export type WebhookReplayScope =
  | 'ALL'
  | 'FAILED'
  | 'ONE';

export type Weekday =
  | 'FRI'
  | 'MON'
  | 'SAT'
  | 'SUN'
  | 'THU'
  | 'TUE'
  | 'WED';

export type WeekdayHours = {
  readonly __typename?: 'WeekdayHours';
  readonly hours: ReadonlyArray<OpenHours>;
  readonly weekday: Weekday;
};

export type WithdrawWorkaroundInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly ticketId: Scalars['ID']['input'];
};

export type WithdrawWorkaroundPayload = {
  readonly __typename?: 'WithdrawWorkaroundPayload';
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
  readonly ticket?: Maybe<Ticket>;
  readonly userErrors: ReadonlyArray<UserError>;
};

export type WorkItem = {
  readonly __typename?: 'WorkItem';
  readonly at?: Maybe<Scalars['DateTime']['output']>;
  readonly reason: WorkReason;
  readonly ticket: Ticket;
};

export type WorkItemConnection = {
  readonly __typename?: 'WorkItemConnection';
  readonly edges: ReadonlyArray<WorkItemEdge>;
  readonly nodes: ReadonlyArray<WorkItem>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type WorkItemEdge = {
  readonly __typename?: 'WorkItemEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: WorkItem;
};

export type WorkReason =
  | 'AWAITING_REPLY'
  | 'CALL_OUTSTANDING'
  | 'DUE_SOON'
  | 'LATER'
  | 'OVERDUE'
  | 'OVERRIDE_PROPOSED'
  | 'UNASSIGNED'
  | 'WAITING_TOO_LONG'
  | 'WAIVER_PROPOSED';

export type Workaround = {
  readonly __typename?: 'Workaround';
  readonly appliedAt: Scalars['DateTime']['output'];
  readonly by: Actor;
  readonly description: Scalars['String']['output'];
  readonly impactsAfter: ReadonlyArray<Impact>;
  readonly impactsBefore: ReadonlyArray<Impact>;
  readonly severityAfter: Severity;
  readonly severityBefore: Severity;
  readonly withdrawnAt?: Maybe<Scalars['DateTime']['output']>;
};

export type WorkaroundAppliedEvent = Node & TicketEvent & {
  readonly __typename?: 'WorkaroundAppliedEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly clause: Scalars['String']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
  readonly workaround: Workaround;
};

export type WorkaroundLowers =
  | 'IMPACT'
  | 'SEVERITY';

export type WorkaroundWithdrawnEvent = Node & TicketEvent & {
  readonly __typename?: 'WorkaroundWithdrawnEvent';
  readonly actor: Actor;
  readonly at: Scalars['DateTime']['output'];
  readonly clause: Scalars['String']['output'];
  readonly cursor: Scalars['EventCursor']['output'];
  readonly effects: EventEffects;
  readonly id: Scalars['ID']['output'];
  readonly impacts: ReadonlyArray<Impact>;
  readonly lateReason?: Maybe<Scalars['String']['output']>;
  readonly number: Scalars['Int']['output'];
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly recordedAt: Scalars['DateTime']['output'];
  readonly severity: Severity;
  readonly ticket?: Maybe<Ticket>;
  readonly type: TicketEventType;
};

export type YearRange = {
  readonly __typename?: 'YearRange';
  readonly from: Scalars['Int']['output'];
  readonly to: Scalars['Int']['output'];
};
