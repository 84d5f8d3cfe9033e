export interface ProposedSeverity {
  readonly severity: string;
  readonly reason: string | null;
}

/** What a sentence needs of an event, as the API has it: who, when, and the facts of its type. */
export interface EventFacts {
  /** A newer service may have types that this command does not know. */
  readonly type: string;
  readonly at: string;
  readonly recordedAt: string;
  readonly lateReason: string | null;
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
  readonly severity?: string;
  readonly reason?: string | null;
  readonly override?: { readonly severity: string } | null;
  readonly proposal?: ProposedSeverity;
  readonly workaround?: {
    readonly description: string;
    readonly severityBefore: string;
    readonly severityAfter: string;
  };
  readonly waitingReason?: string;
  readonly direction?: string;
  readonly channel?: string;
  readonly body?: string | null;
  readonly isAutomatic?: boolean;
  readonly note?: string | null;
  readonly changed?: readonly string[];
  readonly resolution?: string | null;
  readonly cause?: string;
  readonly assignee?: string | null;
  readonly kind?: string;
  readonly cycle?: number;
  readonly mark?: string;
}

const WAITED_FOR: Readonly<Record<string, string>> = {
  CLIENT: 'the client',
  THIRD_PARTY: 'a third party',
  OTHER_TICKET: 'another ticket',
};

/** An enum value as a word of a sentence: `THIRD_PARTY` as `third party`. */
export const inWords = (value: string): string => value.toLowerCase().replaceAll('_', ' ');

export const waitedFor = (reason: string): string => WAITED_FOR[reason] ?? inWords(reason);

const withText = (what: string, text: string | null | undefined): string =>
  text === null || text === undefined || text === '' ? what : `${what}: ${text}`;

const promise = ({ kind, cycle = 1 }: EventFacts): string =>
  `${inWords(kind ?? 'commitment')}${cycle === 1 ? '' : ` (cycle ${cycle})`}`;

function communicated({ direction, channel, isAutomatic }: EventFacts): string {
  const by = channel === undefined ? '' : ` by ${inWords(channel)}`;
  if (direction === 'INBOUND') return `heard from the client${by}`;
  return `${isAutomatic === true ? 'sent an automatic message' : 'replied'}${by}`;
}

type Sentence = (event: EventFacts) => string;

/** What each type of event says, after the name of its actor. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  SUBMITTED: ({ severity }) => `opened it as ${severity}`,
  ACKNOWLEDGED: () => 'acknowledged it',
  RECLASSIFIED: ({ severity, override, reason }) =>
    withText(override ? `overrode the severity to ${severity}` : `reclassified it as ${severity}`, reason),
  OVERRIDE_PROPOSED: ({ proposal }) => withText(`proposed ${proposal?.severity}`, proposal?.reason),
  OVERRIDE_APPROVED: ({ proposal, reason }) => withText(`approved ${proposal?.severity}`, reason),
  OVERRIDE_REJECTED: ({ proposal, reason }) => withText(`rejected ${proposal?.severity}`, reason),
  WORKAROUND_APPLIED: ({ workaround }) =>
    withText(
      `applied a workaround, ${workaround?.severityBefore} to ${workaround?.severityAfter}`,
      workaround?.description,
    ),
  WORKAROUND_WITHDRAWN: ({ severity, reason }) => withText(`withdrew the workaround, ${severity} again`, reason),
  WAITING_STARTED: ({ waitingReason = '' }) => `began to wait for ${waitedFor(waitingReason)}`,
  WAITING_STOPPED: ({ waitingReason = '' }) => `stopped waiting for ${waitedFor(waitingReason)}`,
  COMMUNICATED: (event) => withText(communicated(event), event.body),
  CALL_RECORDED: ({ body }) => withText('recorded a call of the client', body),
  NOTE_ADDED: ({ note }) => withText('noted', note),
  TICKET_UPDATED: ({ changed = [] }) => `changed ${changed.map(inWords).join(', ')}`,
  RESOLVED: ({ resolution }) => withText('resolved it', resolution),
  REOPENED: ({ reason }) => withText('reopened it', reason),
  CLOSED: ({ cause = '', reason }) => withText(`closed it (${inWords(cause)})`, reason),
  ASSIGNED: ({ assignee }) => (assignee === null ? 'removed the assignee' : `assigned it to ${assignee}`),
  BREACH_WAIVED: (event) => withText(`waived the breach of ${promise(event)}`, event.reason),
  WAIVER_APPROVED: (event) => withText(`approved the waiver of the breach of ${promise(event)}`, event.reason),
  WAIVER_REJECTED: (event) => withText(`rejected the waiver of the breach of ${promise(event)}`, event.reason),
  MARK_REACHED: (event) => `marked ${promise(event)} as ${event.mark}`,
  COMMITMENT_BREACHED: (event) => `recorded the breach of ${promise(event)}, at ${event.severity}`,
};

/** What an event says, after the name of its actor. A type that is not known is named. */
export const eventSentence = (event: EventFacts): string =>
  (SENTENCES[event.type] ?? (({ type }) => `recorded ${inWords(type)}`))(event);
