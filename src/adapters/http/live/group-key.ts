import { createHash } from 'node:crypto';
import { type DocumentNode, type ExecutionArgs, Kind, visit } from 'graphql';
import type { OperationContext } from '../../graphql/context';

/** The argument of a subscription that says where in the log it begins. */
const AFTER = 'after';

/**
 * The subscriptions with the same key have the same answer to each event: the same document,
 * operation and variables, for callers who see the same clients and have the same rights. Variables
 * that only say where the subscription begins are left out.
 *
 * @param actor null if the answer is the same for every actor
 */
export function groupKeyOf(args: ExecutionArgs, actor: string | null): string {
  const { sees, rights } = (args.contextValue as OperationContext).caller;
  const { role, scopes } = rights;
  const beginnings = beginningsIn(args.document);
  const variables = Object.entries(args.variableValues ?? {}).filter(([name]) => !beginnings.has(name));
  const parts = [
    args.document.loc?.source.body,
    args.operationName ?? null,
    sorted(Object.fromEntries(variables)),
    sees === 'ALL' ? sees : [...sees].sort(),
    role,
    [...scopes].sort(),
    actor,
  ];
  // The variables of a subscription can be long.
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}

/** Parsed documents are kept, so that this is found out once for each. */
const known = new WeakMap<DocumentNode, ReadonlySet<string>>();

/** The variables of a document that nothing but arguments `after` of subscriptions use. */
function beginningsIn(document: DocumentNode): ReadonlySet<string> {
  const found = known.get(document);
  if (found !== undefined) return found;
  const beginnings = new Set<string>();
  const others = new Set<string>();
  const roots = new Set<unknown>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    // A field in a fragment is not looked for: then its variable counts as any other.
    for (const selection of definition.selectionSet.selections) roots.add(selection);
  }
  visit(document, {
    VariableDefinition: () => false,
    Field: (field) => {
      if (!roots.has(field)) return;
      for (const { name, value } of field.arguments ?? []) {
        if (name.value === AFTER && value.kind === Kind.VARIABLE) beginnings.add(value.name.value);
      }
    },
    Variable: (variable, _key, parent) => {
      const isBeginning = Object(parent).kind === Kind.ARGUMENT && Object(parent).name.value === AFTER;
      if (!isBeginning) others.add(variable.name.value);
    },
  });
  const only = new Set([...beginnings].filter((name) => !others.has(name)));
  known.set(document, only);
  return only;
}

/** The same value with the names of its objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}
