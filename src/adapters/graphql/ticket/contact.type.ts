import { Field, ObjectType } from 'type-graphql';
import type { Contact } from '../../../domain/ticket/ticket-details';

@ObjectType('Contact', {
  description: 'A person at the client whom agents can reach about a ticket.',
  simpleResolvers: true,
})
export class ContactType implements Contact {
  @Field(() => String, { description: 'The name of the person.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The e-mail address. Null when none was given.' })
  email!: string | null;

  @Field(() => String, { nullable: true, description: 'The phone number. Null when none was given.' })
  phone!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the person does at the client, such as `IT manager`. Null when it was not given.',
  })
  role!: string | null;
}
