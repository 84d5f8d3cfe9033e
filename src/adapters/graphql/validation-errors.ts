import { type DocumentNode, type GraphQLError, type GraphQLSchema, specifiedRules, validate } from 'graphql';
import { MOST_PROBLEMS } from '../../application/first-problems';
import { ownRules } from './introspection';
import { refuseSkippedSubscription } from './skipped-subscription';

/**
 * Why a document cannot be executed; empty if it can. Apollo Server checks the same for requests
 * over HTTP.
 *
 * @param introspection whether documents may read the schema
 */
export function validationErrors(
  schema: GraphQLSchema,
  introspection: boolean,
  document: DocumentNode,
): readonly GraphQLError[] {
  const skipped = refuseSkippedSubscription(document);
  if (skipped !== null) return [skipped];
  return validate(schema, document, [...specifiedRules, ...ownRules(introspection)], { maxErrors: MOST_PROBLEMS });
}
