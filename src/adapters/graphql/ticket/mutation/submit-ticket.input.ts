import { Field, ID, InputType } from 'type-graphql';
import type { EpochMs } from '../../../../domain/instant';
import type { Channel } from '../../../../domain/ticket/commands';
import { LONG_TEXT, MAX_IMPACTS, MAX_TAGS, NAME, SUBJECT, TAG } from '../../../../domain/value-rules';
import { ChannelEnum } from '../../base/enums';
import { Entries, Text, WebAddress } from '../../base/input-rules';
import { MutationInput } from '../../base/mutation.input';
import { optional } from '../../base/optional';
import { Nested } from '../../base/validation';
import { ImpactInput } from '../impact.input';
import { LateReasonField, OccurredAtField } from './occurrence.input';

@InputType('SubmitTicketInput', { description: 'The input of `submitTicket`.' })
export class SubmitTicketInput extends MutationInput {
  @Field(() => ID, {
    ...optional,
    description:
      'The global id of the client that the ticket belongs to. Defaults to the client of the ticket in `followUpOf`, or else to the default client.',
  })
  clientId?: string | null;

  @Field(() => String, { description: 'The subject of the ticket, 1 to 500 characters.' })
  @Text(SUBJECT)
  subject!: string;

  @Field(() => String, { ...optional, description: 'The description of the issue, at most 65,536 characters.' })
  @Text({ ...LONG_TEXT, blank: true })
  description?: string | null;

  @Field(() => [ImpactInput], {
    description: 'The impacts of the issue, 1 to 50 entries. The severity follows from them.',
  })
  @Entries(1, MAX_IMPACTS)
  @Nested()
  impacts!: ImpactInput[];

  @Field(() => String, {
    ...optional,
    description: 'The name of the person who reported the issue, at most 200 characters.',
  })
  @Text(NAME)
  reporter?: string | null;

  @Field(() => String, {
    ...optional,
    description: 'The name of the person who works on the ticket, at most 200 characters.',
  })
  @Text(NAME)
  assignee?: string | null;

  @Field(() => ChannelEnum, {
    defaultValue: 'EXTRANET',
    description:
      'The channel through which the issue was reported. After a report by phone, the client does not need to call again.',
  })
  channel!: Channel;

  @Field(() => String, {
    ...optional,
    description:
      'The identifier of the ticket in another system, at most 200 characters. It must be unique within the client.',
  })
  @Text(NAME)
  externalId?: string | null;

  @Field(() => String, {
    ...optional,
    description: 'The URL of the ticket in another system (http or https), at most 2,048 characters.',
  })
  @WebAddress()
  externalUrl?: string | null;

  @Field(() => [String], {
    ...optional,
    description:
      'The tags of the ticket, at most 50, each of 1 to 100 characters. White space around a tag is removed, and duplicates are ignored.',
  })
  @Entries(0, MAX_TAGS)
  @Text({ ...TAG, each: true })
  tags?: string[] | null;

  @Field(() => ID, {
    ...optional,
    description: 'The global id of the ticket that this one follows up. It must belong to the same client.',
  })
  followUpOf?: string | null;

  @OccurredAtField()
  occurredAt?: EpochMs | null;

  @LateReasonField()
  reason?: string | null;
}
