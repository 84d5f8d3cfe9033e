import { Field, ObjectType } from 'type-graphql';
import type { Client } from '../../../application/ports/clients';
import { answers, Payload } from '../base/mutation.payload';
import { ClientType } from './client.type';

@ObjectType('CreateClientPayload', answers('createClient'))
export class CreateClientPayload extends Payload {
  @Field(() => ClientType, {
    nullable: true,
    description: 'The created client. Null when the request was refused.',
  })
  client!: Client | null;
}
