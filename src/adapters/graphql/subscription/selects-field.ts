import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** Whether a document selects a field of the payload of its subscription, or may select it. */
export function selectsField({ fieldNodes, fragments }: GraphQLResolveInfo, name: string): boolean {
  const isSelectedIn = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === name;
      const part = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
      return part !== undefined && isSelectedIn(part.selectionSet);
    });
  return fieldNodes.some(({ selectionSet }) => selectionSet !== undefined && isSelectedIn(selectionSet));
}
