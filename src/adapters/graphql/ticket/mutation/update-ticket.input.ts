import { Field, InputType } from 'type-graphql';
import type { TicketDetails } from '../../../../domain/ticket/ticket-details';
import { distinctTags, LONG_TEXT, MAX_CONTACTS, MAX_TAGS, NAME, SUBJECT, TAG } from '../../../../domain/value-rules';
import { Entries, type InputProblem, Text, WebAddress } from '../../base/input-rules';
import { optional } from '../../base/optional';
import { Nested } from '../../base/validation';
import { ContactInput, contactsOf } from '../contact.input';
import { TimedInput } from './timed.input';

@InputType('UpdateTicketInput', {
  description:
    'The input of `updateTicket`. A field that is left out stays as it is. At least one field must be given.',
})
export class UpdateTicketInput extends TimedInput {
  @Field(() => String, { ...optional, description: 'The subject, 1 to 500 characters. It cannot be null.' })
  @Text(SUBJECT)
  subject?: string | null;

  @Field(() => String, {
    ...optional,
    description: 'The description of the issue, at most 65,536 characters. Null to remove it.',
  })
  @Text({ ...LONG_TEXT, blank: true })
  description?: string | null;

  @Field(() => String, {
    ...optional,
    description: 'The name of the person who reported the issue, at most 200 characters. Null to remove it.',
  })
  @Text(NAME)
  reporter?: string | null;

  @Field(() => String, {
    ...optional,
    description:
      'The URL of the ticket in another system (http or https), at most 2,048 characters. Null to remove it.',
  })
  @WebAddress()
  externalUrl?: string | null;

  @Field(() => [String], {
    ...optional,
    description:
      'All tags of the ticket, at most 50, each of 1 to 100 characters. White space around a tag is removed, and duplicates are ignored. Null to remove them. The tags of a closed ticket can be changed too.',
  })
  @Entries(0, MAX_TAGS)
  @Text({ ...TAG, each: true })
  tags?: string[] | null;

  @Field(() => [ContactInput], {
    ...optional,
    description: 'All contacts of the ticket, at most 20. Null to remove them.',
  })
  @Entries(0, MAX_CONTACTS)
  @Nested()
  contacts?: ContactInput[] | null;
}

/** The details that an input gives. */
export function detailsOf(
  given: UpdateTicketInput,
): { readonly details: TicketDetails } | { readonly problem: InputProblem } {
  const { subject, description, reporter, externalUrl, tags, contacts } = given;
  if (subject === null)
    return { problem: { path: ['subject'], expected: 'must not be null; leave it out to keep it' } };
  const details: TicketDetails = {
    ...(subject === undefined ? {} : { subject }),
    ...(description === undefined ? {} : { description }),
    ...(reporter === undefined ? {} : { reporter }),
    ...(externalUrl === undefined ? {} : { externalUrl }),
    ...(tags === undefined ? {} : { tags: distinctTags(tags ?? []) }),
    ...(contacts === undefined ? {} : { contacts: contactsOf(contacts ?? []) }),
  };
  const expected = 'takes at least one field to change';
  return Object.keys(details).length === 0 ? { problem: { path: [], expected } } : { details };
}
