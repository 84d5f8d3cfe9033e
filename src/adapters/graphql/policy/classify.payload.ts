import { Field, ObjectType } from 'type-graphql';
import type { Classification } from '../../../domain/policy/classify';
import { answers } from '../base/mutation.payload';
import { UserErrorType, type UserErrorValue } from '../base/user-errors';
import { ClassificationFactsType } from './classification.type';

@ObjectType('ClassifyPayload', answers('classify'))
export class ClassifyPayload {
  @Field(() => ClassificationFactsType, {
    nullable: true,
    description: 'The severity that follows from the impacts, and its clause. Null when there are user errors.',
  })
  classification!: Classification | null;

  @Field(() => [UserErrorType], {
    description: 'The reasons why the impacts cannot be classified. Empty when they can.',
  })
  userErrors!: readonly UserErrorValue[];
}
