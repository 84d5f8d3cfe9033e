import { registerEnumType } from 'type-graphql';
import { ACTOR_KINDS } from '../../../domain/actor';
import { WEEKDAYS, type Weekday } from '../../../domain/calendar/business-calendar';
import type { CommitmentStatus } from '../../../domain/commitment/view';
import type { Audience, Consequence } from '../../../domain/impact';
import type {
  Basis,
  ClientAction,
  CommitmentKind,
  LOWERING_APPROVALS,
  TargetUnit,
  WaitingReason,
} from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import { CHANNELS, COMMAND_TYPES, type CommandType, DIRECTIONS } from '../../../domain/ticket/commands';
import type { BreachCause, CycleOutcome, SeverityChangeCause, TicketState } from '../../../domain/ticket/ticket';
import { EVENT_TYPES } from '../../../domain/ticket/ticket-events';

/** `workaroundApplied` and `IllegalTransition` as `WORKAROUND_APPLIED` and `ILLEGAL_TRANSITION`. */
const upperSnake = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

/** Registers an enum whose every value is described; the domain's own words are its values. */
export function describeEnum<T extends string>(name: string, description: string, values: Readonly<Record<T, string>>) {
  const entries = Object.entries<string>(values);
  const enumObject = Object.fromEntries(entries.map(([value]) => [upperSnake(value), value])) as Record<string, T>;
  const valuesConfig = Object.fromEntries(
    entries.map(([value, meaning]) => [upperSnake(value), { description: meaning }]),
  );
  registerEnumType(enumObject, { name, description, valuesConfig });
  return enumObject;
}

const each = <T extends string>(names: readonly T[], meaning: (name: T) => string) =>
  Object.fromEntries(names.map((name) => [name, meaning(name)])) as Record<T, string>;

export const SeverityEnum = describeEnum<Severity>(
  'Severity',
  'How urgent a ticket is, SEV1 the most. A policy says which of the levels it has. Comparators take SEV1 for the least.',
  {
    SEV1: 'The most urgent level.',
    SEV2: 'The second level.',
    SEV3: 'The third level.',
    SEV4: 'The fourth level.',
    SEV5: 'The least urgent level.',
  },
);

export const AudienceEnum = describeEnum<Audience>('Audience', 'Who is hit.', {
  ALL_END_USERS: 'Every shopper of the site.',
  SOME_END_USERS: 'Some shoppers, not all.',
  ADMINISTRATORS: "The site's administrators, the control panel included.",
  NOBODY: 'No one is stopped.',
});

export const ConsequenceEnum = describeEnum<Consequence>('Consequence', 'What those who are hit cannot do.', {
  ORDERING_BLOCKED: 'Cannot place orders.',
  ALL_ORDER_IMPORT_BLOCKED: 'No order reaches the ERP.',
  DEGRADED: 'Works, but badly.',
  ORDER_DATA_FLOW: 'Order data to or from a third party, such as an ERP.',
  NON_ORDER_DATA_FLOW: 'Any other data to or from a third party.',
  QUESTION: 'A general question on functionality.',
  TRAINING: 'A request for training.',
  DOCUMENTATION: 'A matter of documentation.',
});

export const TicketStateEnum = describeEnum<TicketState>('TicketState', 'Where a ticket stands in its lifecycle.', {
  open: 'Worked on, without a workaround that stands.',
  workaroundApplied: 'Worked on, while a workaround stands.',
  resolved: 'The cause is removed; the client may still object.',
  closed: 'Final: confirmed, closed by silence, or cancelled.',
});

const COMMAND_MEANINGS: Readonly<Record<CommandType, string>> = {
  acknowledge: 'Takes the first action; happens once.',
  reclassify: 'States the impacts anew, or overrides the severity.',
  approveOverride: 'Approves the lowering that another agent proposed.',
  rejectOverride: 'Rejects the lowering that is proposed.',
  applyWorkaround: 'Says what is still broken after a workaround.',
  withdrawWorkaround: 'Takes back the latest workaround, which failed.',
  startWaiting: 'Begins to wait for a reason.',
  stopWaiting: 'Ends waiting for a reason.',
  communicate: 'Records a message to or from the client.',
  recordCall: 'Records that the client phoned.',
  resolve: 'Says that the cause is removed.',
  reopen: 'Goes back to the state it was resolved from.',
  close: 'Ends the ticket.',
  assign: 'Gives the ticket to somebody, or to nobody.',
  waiveBreach: 'Says that a breach is not to be held against those who promised.',
};
export const CommandEnum = describeEnum<CommandType>(
  'TicketCommand',
  'What can be asked of a ticket that exists; each is a mutation.',
  each(COMMAND_TYPES, (command) => COMMAND_MEANINGS[command]),
);

export const CommitmentKindEnum = describeEnum<CommitmentKind>('CommitmentKind', 'What is promised.', {
  RESPONSE: 'A first action: acknowledgement, message, waiting, workaround or resolution.',
  UPDATE: 'Regular messages to the client.',
  RESOLUTION: 'Full resolution.',
});

export const CommitmentStatusEnum = describeEnum<CommitmentStatus>(
  'CommitmentStatus',
  'How a commitment stands at the instant of the answer.',
  {
    RUNNING: 'Its clock runs and it is not yet at risk.',
    AT_RISK: "Its clock runs and is past the policy's atRisk mark.",
    PAUSED: 'Its clock stands still while the ticket waits.',
    BREACHED: 'Its due instant passed unfulfilled; that is for ever.',
    FULFILLED: 'Fulfilled at its due instant or before it.',
    FULFILLED_LATE: 'Fulfilled after its due instant.',
    SUPERSEDED: 'A change of severity put another cycle in its place.',
    CANCELLED: 'The ticket was closed unresolved.',
    BEST_EFFORT: 'No time is promised; never due, never breached.',
    NOT_MEASURED: 'An imported history has no evidence of it.',
  },
);

export const CycleOutcomeEnum = describeEnum<CycleOutcome>('CycleOutcome', 'How a cycle of a commitment ended.', {
  FULFILLED: 'What was promised happened.',
  SUPERSEDED: 'A change of severity put another cycle in its place.',
  CANCELLED: 'The ticket was closed unresolved.',
});

export const BreachCauseEnum = describeEnum<BreachCause>('BreachCause', 'Why a commitment is breached.', {
  DUE: 'Its due instant passed.',
  RECLASSIFIED: 'A change of severity put its due instant into the past.',
});

export const SeverityChangeCauseEnum = describeEnum<SeverityChangeCause>(
  'SeverityChangeCause',
  'Why severity changed.',
  {
    WORKAROUND: 'A workaround stepped it down.',
    WORKAROUND_WITHDRAWN: 'A workaround was taken back.',
    RECLASSIFIED: 'The impacts were stated anew.',
    OVERRIDDEN: 'Somebody set it against the classifier.',
  },
);

export const CloseCauseEnum = describeEnum<'CONFIRMED' | 'CANCELLED' | 'SILENCE'>(
  'CloseCause',
  'Why a ticket was closed.',
  {
    CONFIRMED: 'Its resolution was confirmed.',
    CANCELLED: 'It was closed unresolved, with a reason.',
    SILENCE: "Nobody was heard of for the policy's time of silence.",
  },
);

export const WaitingReasonEnum = describeEnum<WaitingReason>(
  'WaitingReason',
  'Why a ticket waits. The policy says which reasons pause which clocks.',
  {
    CLIENT: 'The client has to answer or act.',
    THIRD_PARTY: 'Somebody else has to act.',
    OTHER_TICKET: 'Another ticket has to be resolved first.',
  },
);

export const ChannelEnum = describeEnum<(typeof CHANNELS)[number]>('Channel', 'The way a message takes.', {
  EXTRANET: 'The ticketing system itself.',
  EMAIL: 'E-mail.',
  PHONE: 'A phone call.',
});

export const DirectionEnum = describeEnum<(typeof DIRECTIONS)[number]>(
  'Direction',
  'Which way a message goes, seen from the support organisation.',
  { INBOUND: 'From the client.', OUTBOUND: 'To the client.' },
);

export const ActorKindEnum = describeEnum<(typeof ACTOR_KINDS)[number]>('ActorKind', 'As what somebody acts.', {
  AGENT: 'A person of the support organisation.',
  CLIENT: 'A person of the client.',
  SYSTEM: 'The service itself, by the clock.',
  IMPORT: 'A replayed log of another tracker.',
});

export const BasisEnum = describeEnum<Basis>('Basis', 'Where a rule or a promise comes from.', {
  PUBLISHED: 'The vendor published it.',
  HOUSE: 'The house ruled it where the published policy is silent.',
});

export const TargetUnitEnum = describeEnum<TargetUnit>('TargetUnit', 'The unit of a target, counted on its calendar.', {
  MINUTES: 'Minutes of open time.',
  HOURS: 'Hours of open time.',
  BUSINESS_DAYS: 'Working dates of the calendar.',
});

export const ClientActionEnum = describeEnum<ClientAction>('ClientAction', 'What the policy asks of the client.', {
  SUBMIT_TICKET: 'To submit a ticket.',
  CALL: 'To phone as well.',
});

export const WeekdayEnum = describeEnum<Weekday>(
  'Weekday',
  'A day of the week.',
  each(
    WEEKDAYS,
    (day) =>
      `${{ mon: 'Monday', tue: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', fri: 'Friday', sat: 'Saturday', sun: 'Sunday' }[day]}.`,
  ),
);

export const EventTypeEnum = describeEnum<(typeof EVENT_TYPES)[number]>(
  'TicketEventType',
  'What happened to a ticket.',
  {
    SUBMITTED: 'It was opened.',
    ACKNOWLEDGED: 'It was acknowledged.',
    RECLASSIFIED: 'Its impacts were stated anew, or its severity overridden.',
    OVERRIDE_PROPOSED: 'A lowering of its severity was proposed.',
    OVERRIDE_APPROVED: 'The lowering that was proposed was approved, and holds.',
    OVERRIDE_REJECTED: 'The lowering that was proposed was rejected.',
    WORKAROUND_APPLIED: 'A workaround was applied.',
    WORKAROUND_WITHDRAWN: 'A workaround was taken back.',
    WAITING_STARTED: 'It began to wait.',
    WAITING_STOPPED: 'It stopped waiting.',
    COMMUNICATED: 'A message went to or came from the client.',
    CALL_RECORDED: 'The client phoned.',
    RESOLVED: 'Its cause was removed.',
    REOPENED: 'It was reopened.',
    CLOSED: 'It was closed.',
    ASSIGNED: 'It was given to somebody, or to nobody.',
    BREACH_WAIVED: 'A breach was waived; it stays a breach.',
    MARK_REACHED: 'A commitment reached a mark of the policy, such as atRisk.',
    COMMITMENT_BREACHED: 'A commitment was breached.',
  },
);

export const WorkaroundLowersEnum = describeEnum<'SEVERITY' | 'IMPACT'>(
  'WorkaroundLowers',
  'What a workaround at a severity has to lower.',
  { SEVERITY: 'The severity itself.', IMPACT: 'The impact; the severity may stay.' },
);

export const LoweringApprovalEnum = describeEnum<(typeof LOWERING_APPROVALS)[number]>(
  'LoweringApproval',
  'Which lowerings of a severity by reclassification hold only once another agent has approved them.',
  {
    OVERRIDES: 'Those against the classifier.',
    ALWAYS: 'All, also those that follow from new impacts.',
    NEVER: 'None.',
  },
);

export const OnLoweringEnum = describeEnum<'CARRY' | 'RESTART'>(
  'OnLowering',
  'Where the clocks count from after severity was lowered.',
  { CARRY: 'From the same start.', RESTART: 'From the change.' },
);

export const BusinessDayEndEnum = describeEnum<'SAME_TIME' | 'CLOSE_OF_BUSINESS'>(
  'BusinessDayEnd',
  'Where a target in business days falls due.',
  { SAME_TIME: 'At the same local time of day.', CLOSE_OF_BUSINESS: "At the day's last closing." },
);
