import { GraphQLError, type ValidationRule } from 'graphql';

const OFF =
  'Introspection is off on this service; of its fields, only __typename is allowed. STEPDOWN_INTROSPECTION=true turns it on.';
const FIELDS: readonly string[] = ['__schema', '__type'];

/** Refuses the fields that show the schema, under any alias and in any fragment. */
const refuseIntrospection: ValidationRule = (context) => ({
  Field: (node) => {
    if (FIELDS.includes(node.name.value)) context.reportError(new GraphQLError(OFF, { nodes: node }));
  },
});

/** The rules for documents besides those of the specification. */
export const ownRules = (introspection: boolean): readonly ValidationRule[] =>
  introspection ? [] : [refuseIntrospection];

/**
 * A message of graphql-js without the names of the schema that it suggests, with which a client
 * could find out the schema name by name. They are always its last sentence.
 */
export const withoutSuggestion = (message: string): string => message.replace(/ ?\bDid you mean [\s\S]*$/, '');
