import { Field, Int, ObjectType } from 'type-graphql';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Impact } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { Severity } from '../../../domain/severity';
import type { Channel } from '../../../domain/ticket/commands';
import type { SeverityChange, Workaround } from '../../../domain/ticket/ticket';
import type { Contact } from '../../../domain/ticket/ticket-details';
import { connectionTypeOf } from '../base/connections';
import { ChannelEnum, SeverityEnum } from '../base/enums';
import { NodeType } from '../base/node';
import { DateTimeScalar } from '../base/scalars';
import { ContactType } from './contact.type';
import { ImpactType } from './impact.type';
import { SeverityChangeType, WorkaroundType } from './ticket-parts.type';

/**
 * The stored fields of a ticket. Derived fields are in `derived-ticket-fields.ts` and
 * `ticket.resolver.ts`.
 */
@ObjectType('Ticket', {
  implements: NodeType,
  description: 'An issue that a client reported, with its severity, its lifecycle and its commitments.',
  simpleResolvers: true,
})
export class TicketType extends NodeType implements Partial<Omit<StoredTicket, 'calendars'>> {
  @Field(() => Int, {
    description:
      'The number of the ticket, unique and increasing across all clients. Numbers have gaps: a refused request or an interrupted import can use up numbers. A request that is repeated with its `idempotencyKey` uses up none.',
  })
  number!: number;

  @Field(() => String, { description: 'The subject of the ticket.' })
  subject!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The description of the issue, as given when the ticket was opened. Null when none was given.',
  })
  description!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the person who reported the issue. Null when it is unknown.',
  })
  reporter!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the person who works on the ticket. Null when no one is assigned.',
  })
  assignee!: string | null;

  @Field(() => ChannelEnum, { description: 'The channel through which the issue was reported.' })
  channel!: Channel;

  @Field(() => String, {
    nullable: true,
    description: 'The identifier of the ticket in another system, unique within its client. Null when there is none.',
  })
  externalId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The URL of the ticket in another system (http or https). Null when there is none.',
  })
  externalUrl!: string | null;

  @Field(() => [String], { description: 'The tags of the ticket, without duplicates.' })
  tags!: readonly string[];

  @Field(() => [ContactType], { description: 'The persons at the client whom agents can reach about the ticket.' })
  contacts!: readonly Contact[];

  @Field(() => [ImpactType], { description: 'The current impacts of the issue.' })
  impacts!: readonly Impact[];

  @Field(() => SeverityEnum, { description: 'The current severity of the ticket.' })
  severity!: Severity;

  @Field(() => SeverityEnum, {
    description: 'The severity that the ticket had when it was opened.',
  })
  initialSeverity!: Severity;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the ticket was opened.' })
  openedAt!: EpochMs;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, of the first action that counts as a response. Null while there is none.',
  })
  respondedAt!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, when the ticket was acknowledged. Null while it is not acknowledged.',
  })
  acknowledgedAt!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, when the client first phoned about the ticket. Null while no call is recorded.',
  })
  callRecordedAt!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, of the oldest message or call of the client that no later outbound message has answered. Automatic messages answer nothing, and the opening of the ticket is not a message. On a resolved ticket, it can show that the client has written since. Null when nothing awaits a reply.',
  })
  awaitingReplySince!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, when the latest workaround that is in effect was applied. Null when none is in effect.',
  })
  workaroundAppliedAt!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, when the ticket was resolved. Null while it is not resolved.',
  })
  resolvedAt!: EpochMs | null;

  @Field(() => String, {
    nullable: true,
    description: 'The description of how the cause was removed. Null when none was given.',
  })
  resolution!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason why the ticket was closed. Null when none was given.',
  })
  closeReason!: string | null;

  @Field(() => [WorkaroundType], {
    description: 'All workarounds of the ticket, oldest first, including withdrawn ones.',
  })
  workarounds!: readonly Workaround[];

  @Field(() => [SeverityChangeType], { description: 'All changes of the severity, oldest first.' })
  severityChanges!: readonly SeverityChange[];

  @Field(() => Int, {
    description: 'The number of events of the ticket. Use it as `expectedVersion` in mutations.',
  })
  version!: number;

  @Field(() => DateTimeScalar, {
    description:
      'The date and time, in UTC, when the first event of the ticket was recorded. For an imported ticket, it is later than `openedAt`.',
  })
  createdAt!: EpochMs;

  @Field(() => DateTimeScalar, {
    description:
      'The date and time, in UTC, when the last event of the ticket occurred. For an imported ticket, it is the time in the imported log.',
  })
  lastEventAt!: EpochMs;

  @Field(() => DateTimeScalar, {
    description:
      'The date and time, in UTC, when the last event of the ticket was recorded. For an imported ticket, it is the time of the import or later.',
  })
  updatedAt!: EpochMs;
}

export const TicketConnection = connectionTypeOf('Ticket', () => TicketType, 'tickets');
