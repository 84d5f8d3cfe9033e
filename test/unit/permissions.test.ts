import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { restrictResolvers } from '../../src/adapters/graphql/restricted-resolvers';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { accessSentence, PERMISSIONS, type Permission, permits } from '../../src/application/access/permissions';
import { type Rights, ROLES, SCOPES } from '../../src/application/access/rights';
import { ACCESS_PAGE, accessPage } from '../support/access-page';

const schema = buildGraphQLSchema();
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];

describe('the table of permissions', () => {
  it('is what the descriptions of the fields say', () => {
    for (const root of roots) {
      for (const field of Object.values(root?.getFields() ?? {})) {
        const permission = PERMISSIONS[`${root?.name}.${field.name}`] as Permission;
        expect(field.description).toContain(accessSentence(permission));
      }
    }
  });

  it('is what docs/ACCESS.md prints', () => {
    const page = readFileSync(ACCESS_PAGE, 'utf8');
    expect(page).toBe(accessPage(page));
  });

  it('makes a field without a row impossible', () => {
    const query = new GraphQLObjectType({ name: 'Query', fields: { secrets: { type: GraphQLString } } });
    expect(() => restrictResolvers(new GraphQLSchema({ query }))).toThrow('Query.secrets needs a row');
  });

  it('gives an administrator everything, and a service without scopes next to nothing', () => {
    const allowed = (rights: Rights) =>
      Object.keys(PERMISSIONS).filter((key) => permits(PERMISSIONS[key] as Permission, rights));
    expect(allowed({ role: 'ADMIN', scopes: [] })).toEqual(Object.keys(PERMISSIONS));
    expect(allowed({ role: 'SERVICE', scopes: ['ADMIN'] })).toEqual(Object.keys(PERMISSIONS));
    expect(allowed({ role: 'SERVICE', scopes: [] })).toEqual(['Query._service', 'Query.viewer', 'Query.lifecycle']);
    // Scopes are of services; they give a person nothing.
    expect(allowed({ role: 'CLIENT', scopes: [...SCOPES] })).toEqual(allowed({ role: 'CLIENT', scopes: [] }));
  });

  it('lets only administrators change policies, clients, keys and people', () => {
    const changes = [
      'createApiKey',
      'createClient',
      'publishPolicy',
      'revokeApiKey',
      'setAgentActive',
      'setClientTerms',
    ];
    for (const name of changes) {
      const permission = PERMISSIONS[`Mutation.${name}`] as Permission;
      expect(
        ROLES.filter((role) => permits(permission, { role, scopes: ['READ', 'WRITE', 'SUBSCRIBE', 'IMPORT'] })),
      ).toEqual(['ADMIN']);
    }
  });
});
