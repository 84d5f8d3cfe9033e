import { Field, InputType } from 'type-graphql';
import { NAME } from '../../../domain/value-rules';
import { Text } from '../base/input-rules';
import { MutationInput } from '../base/mutation.input';

@InputType('CreateClientInput', { description: 'The input of `createClient`.' })
export class CreateClientInput extends MutationInput {
  @Field(() => String, { description: 'The name of the client, 1 to 200 characters. It must be unique.' })
  @Text(NAME)
  name!: string;
}
