import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import { isObjectType } from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { eventTypeName } from '../../src/adapters/graphql/base/event-type-name';
import { EVENT_OBJECT_TYPES } from '../../src/adapters/graphql/event/event-object-types';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { EVENT_TYPES } from '../support/event-types';

it('the schema has the type that each event is resolved to', () => {
  const schema = buildGraphQLSchema();
  const nameOf = new Map(getMetadataStorage().objectTypes.map(({ target, name }) => [target, name]));
  for (const type of EVENT_TYPES) {
    const name = eventTypeName({ type });
    expect(nameOf.get(EVENT_OBJECT_TYPES[type])).toBe(name);
    expect(isObjectType(schema.getType(name))).toBe(true);
  }
});
