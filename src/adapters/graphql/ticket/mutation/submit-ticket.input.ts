import { Field, ID, InputType } from 'type-graphql';
import type { TakenOver } from '../../../../application/tickets/open-ticket';
import type { EpochMs } from '../../../../domain/instant';
import type { Channel } from '../../../../domain/ticket/commands';
import { LONG_TEXT, MAX_CONTACTS, MAX_IMPACTS, MAX_TAGS, NAME, SUBJECT, TAG } from '../../../../domain/value-rules';
import { ChannelEnum, describeEnum } from '../../base/enums';
import { Entries, type InputProblem, Text, WebAddress } from '../../base/input-rules';
import { MutationInput } from '../../base/mutation.input';
import { optional } from '../../base/optional';
import { Nested } from '../../base/validation';
import { ContactInput } from '../contact.input';
import { ImpactInput } from '../impact.input';
import { LateReasonField, OccurredAtField } from './occurrence.input';

const TakenOverEnum = describeEnum<TakenOver>(
  'TakenOver',
  'What a ticket can take over from the ticket that it follows up.',
  {
    CONTACTS: 'The contacts, and the reporter unless one is given.',
    IMPACTS: 'The impacts, from which the severity follows.',
  },
);

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
    ...optional,
    description:
      'The impacts of the issue, 1 to 50 entries. The severity follows from them. Required unless `takeOver` has `IMPACTS`.',
  })
  @Entries(1, MAX_IMPACTS)
  @Nested()
  impacts?: ImpactInput[] | null;

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

  @Field(() => [ContactInput], {
    ...optional,
    description: 'The persons at the client whom agents can reach about the ticket, at most 20.',
  })
  @Entries(0, MAX_CONTACTS)
  @Nested()
  contacts?: ContactInput[] | null;

  @Field(() => ID, {
    ...optional,
    description: 'The global id of the ticket that this one follows up. It must belong to the same client.',
  })
  followUpOf?: string | null;

  @Field(() => [TakenOverEnum], {
    ...optional,
    description:
      'What the ticket takes over from the one in `followUpOf`, as it is now. The client is taken over unless `clientId` is given.',
  })
  takeOver?: TakenOver[] | null;

  @OccurredAtField()
  occurredAt?: EpochMs | null;

  @LateReasonField()
  reason?: string | null;
}

/** What an input says of taking over; each value can come from one place only. */
export function takeOverProblem({ takeOver, followUpOf, impacts, contacts }: SubmitTicketInput): InputProblem | null {
  const asked = takeOver ?? [];
  if (asked.length > 0 && followUpOf == null) {
    return { path: ['takeOver'], expected: 'takes values only together with followUpOf' };
  }
  if (asked.includes('IMPACTS') && impacts != null) {
    return { path: ['impacts'], expected: 'must be left out if takeOver has IMPACTS' };
  }
  if (!asked.includes('IMPACTS') && impacts == null) {
    return { path: ['impacts'], expected: 'must be given, unless they are taken over from the ticket in followUpOf' };
  }
  return asked.includes('CONTACTS') && contacts != null
    ? { path: ['contacts'], expected: 'must be left out if takeOver has CONTACTS' }
    : null;
}
