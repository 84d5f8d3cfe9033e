import { Field, InputType } from 'type-graphql';
import type { Contact } from '../../../domain/ticket/ticket-details';
import { EMAIL, NAME, PHONE_NUMBER } from '../../../domain/value-rules';
import { Text } from '../base/input-rules';
import { optional } from '../base/optional';

@InputType('ContactInput', { description: 'A person at the client whom agents can reach about a ticket.' })
export class ContactInput {
  @Field(() => String, { description: 'The name of the person, 1 to 200 characters.' })
  @Text(NAME)
  name!: string;

  @Field(() => String, { ...optional, description: 'The e-mail address, at most 254 characters.' })
  @Text(EMAIL)
  email?: string | null;

  @Field(() => String, { ...optional, description: 'The phone number, at most 50 characters.' })
  @Text(PHONE_NUMBER)
  phone?: string | null;

  @Field(() => String, {
    ...optional,
    description: 'What the person does at the client, such as `IT manager`, at most 200 characters.',
  })
  @Text(NAME)
  role?: string | null;
}

/** The contacts of an input as the domain has them. */
export const contactsOf = (given: readonly ContactInput[]): Contact[] =>
  given.map(({ name, email, phone, role }) => ({
    name,
    email: email ?? null,
    phone: phone ?? null,
    role: role ?? null,
  }));
