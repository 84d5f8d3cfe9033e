import { type DocumentNode, GraphQLError, Kind, OperationTypeNode, parse, type SelectionNode } from 'graphql';
import { LIMITS } from './operation-limits';

const SENTENCE =
  'The field of a subscription cannot have @skip or @include, because a subscription needs exactly one field.';
const CONDITIONS: readonly string[] = ['skip', 'include'];

/**
 * The error for a subscription whose field has a condition, also on a fragment around it; null for
 * any other document. The specification refuses it since September 2025, graphql-js since version
 * 17. Before that version, its validation throws if the condition is a variable, and its execution
 * if the field is skipped; so this is checked before the validation.
 */
export function refuseSkippedSubscription({ definitions }: DocumentNode): GraphQLError | null {
  const followed = new Set<string>();
  const conditionIn = (selection: SelectionNode): GraphQLError | null => {
    const condition = selection.directives?.find(({ name }) => CONDITIONS.includes(name.value));
    if (condition !== undefined) {
      return new GraphQLError(SENTENCE, {
        nodes: condition,
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      });
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) return firstIn(selection.selectionSet.selections);
    if (selection.kind !== Kind.FRAGMENT_SPREAD || followed.has(selection.name.value)) return null;
    followed.add(selection.name.value);
    const fragment = definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? firstIn(fragment.selectionSet.selections) : null;
  };
  const firstIn = (selections: readonly SelectionNode[]): GraphQLError | null => {
    for (const selection of selections) {
      const error = conditionIn(selection);
      if (error !== null) return error;
    }
    return null;
  };
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (definition.operation !== OperationTypeNode.SUBSCRIPTION) continue;
    const error = firstIn(definition.selectionSet.selections);
    if (error !== null) return error;
  }
  return null;
}

/** The same for a text that is not parsed yet; null for one that cannot be parsed. */
export function skippedSubscriptionIn(source: string): GraphQLError | null {
  if (!/\bsubscription\b/.test(source)) return null;
  try {
    return refuseSkippedSubscription(parse(source, { maxTokens: LIMITS.tokens }));
  } catch {
    return null;
  }
}
