import { Field, Int, ObjectType } from 'type-graphql';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Impact } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { Severity } from '../../../domain/severity';
import type { Channel } from '../../../domain/ticket/commands';
import type { SeverityChange, Workaround } from '../../../domain/ticket/ticket';
import { ImpactType } from '../base/common.type';
import { connectionTypeOf } from '../base/connections';
import { ChannelEnum, SeverityEnum } from '../base/enums';
import { NodeType } from '../base/node';
import { DateTimeScalar } from '../base/scalars';
import { SeverityChangeType, WorkaroundType } from './ticket-parts.type';

/** The fields that a ticket has of itself; those that follow from them are in `ticket-resolver.ts`. */
@ObjectType('Ticket', {
  implements: NodeType,
  description: 'An issue that a client reported, with its severity, its lifecycle and what is promised about it.',
  simpleResolvers: true,
})
export class TicketType extends NodeType implements Partial<Omit<StoredTicket, 'calendars'>> {
  @Field(() => Int, { description: 'Counts up through the whole service; for people.' })
  number!: number;

  @Field(() => String, { description: 'In one line what it is about.' })
  subject!: string;

  @Field(() => String, {
    nullable: true,
    description: 'All that was known when it was opened; null where nothing was said.',
  })
  description!: string | null;

  @Field(() => String, { nullable: true, description: 'Who reported it; null where unknown.' })
  reporter!: string | null;

  @Field(() => String, { nullable: true, description: 'Who works on it; null for nobody.' })
  assignee!: string | null;

  @Field(() => ChannelEnum, { description: 'The way it came in.' })
  channel!: Channel;

  @Field(() => String, {
    nullable: true,
    description: 'Its name in another system, unique within its client; null for none.',
  })
  externalId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Where the other system shows it (http or https); null for nowhere.',
  })
  externalUrl!: string | null;

  @Field(() => [String], { description: 'Words that it was marked with; each once.' })
  tags!: readonly string[];

  @Field(() => [ImpactType], { description: 'Who is hit and what they cannot do, as last stated.' })
  impacts!: readonly Impact[];

  @Field(() => SeverityEnum, { description: 'How urgent it is now.' })
  severity!: Severity;

  @Field(() => SeverityEnum, { description: 'How urgent it was when it was opened.' })
  initialSeverity!: Severity;

  @Field(() => DateTimeScalar, { description: 'When it was opened, UTC.' })
  openedAt!: EpochMs;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the first action was taken that counts as a response, whichever it was, UTC; null for not yet.',
  })
  respondedAt!: EpochMs | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was acknowledged, UTC; null for not yet.' })
  acknowledgedAt!: EpochMs | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the client first phoned, UTC; null for not yet.' })
  callRecordedAt!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the latest workaround that stands was applied, UTC; null where none stands.',
  })
  workaroundAppliedAt!: EpochMs | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was resolved, UTC; null where it is not.' })
  resolvedAt!: EpochMs | null;

  @Field(() => String, { nullable: true, description: 'What removed the cause; null where it was not said.' })
  resolution!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was closed; null where it was not said.' })
  closeReason!: string | null;

  @Field(() => [WorkaroundType], { description: 'Every workaround, those taken back included; the first first.' })
  workarounds!: readonly Workaround[];

  @Field(() => [SeverityChangeType], { description: 'Every change of its severity; the first first.' })
  severityChanges!: readonly SeverityChange[];

  @Field(() => Int, { description: 'The number of its events so far; for expectedVersion.' })
  version!: number;

  @Field(() => DateTimeScalar, {
    description: 'When its first event was recorded, UTC; for an imported ticket later than it was opened.',
  })
  createdAt!: EpochMs;

  @Field(() => DateTimeScalar, { description: 'When its last event was recorded, UTC.' })
  updatedAt!: EpochMs;
}

export const TicketConnection = connectionTypeOf('Ticket', () => TicketType, 'tickets');
