import { Field, ObjectType } from 'type-graphql';
import { UserErrorType, type UserErrorValue } from './user-errors';

/** The fields that the payload of every mutation has. */
@ObjectType()
export abstract class Payload {
  @Field(() => [UserErrorType], {
    description: 'The reasons why the mutation changed nothing. Empty when it succeeded.',
  })
  userErrors!: readonly UserErrorValue[];

  @Field(() => String, {
    nullable: true,
    description: 'The `clientMutationId` of the input. Null when the input had none.',
  })
  clientMutationId!: string | null;
}

/** The options of the payload type of a mutation, or of a query that answers with user errors. */
export const answers = (operation: string) => ({
  description: `The payload of \`${operation}\`.`,
  simpleResolvers: true,
});
