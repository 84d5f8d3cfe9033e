import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, getNamedType, isCompositeType, isInterfaceType, isObjectType } from 'graphql';

const schema = buildSchema(readFileSync(join(__dirname, '../../schema.graphql'), 'utf8'));

/** Objects that are not gone into: some fields of theirs. */
const SHORTLY: Readonly<Record<string, string>> = {
  Client: '{ id name }',
  Policy: '{ id version }',
  Calendar: '{ id name }',
  Ticket: '{ id number version state severity updatedAt isBreached sla { resolution { status dueAt elapsed } } }',
};

/**
 * Every field of a type by its name, as a selection: what is added to the API is in it by itself.
 */
export function fieldsOf(typeName: string): ReadonlyMap<string, string> {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`${typeName} has no fields of its own`);
  const isConnection = typeName.endsWith('Connection');
  return new Map(
    Object.values(type.getFields()).map(({ name, args, type: given }) => {
      const named = getNamedType(given);
      if (!isCompositeType(named)) return [name, name];
      const pages = args.some((argument) => argument.name === 'first') ? '(first: 20)' : '';
      // Edges have the nodes once more.
      const inner = isConnection && name === 'edges' ? '{ cursor }' : (SHORTLY[named.name] ?? selectionOf(named.name));
      return [name, `${name}${pages} ${inner}`];
    }),
  );
}

function selectionOf(typeName: string): string {
  const type = schema.getType(typeName);
  if (!isInterfaceType(type)) return `{ ${[...fieldsOf(typeName).values()].join(' ')} }`;
  const fragments = schema.getPossibleTypes(type).map(({ name }) => `... on ${name} ${selectionOf(name)}`);
  return `{ __typename ${fragments.join(' ')} }`;
}
