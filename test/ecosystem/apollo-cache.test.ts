import { gql, InMemoryCache, type TypePolicies } from '@apollo/client';
import { expect, it } from '@jest/globals';
import type { Json } from '../support/graphql-service';

/** As README.md says. */
const typePolicies: TypePolicies = { Actor: { keyFields: false }, NotFound: { keyFields: false } };

const READ = gql`
  query Read {
    ticket(number: 1) {
      id
      subject
      events(first: 2) {
        nodes {
          id
          actor {
            id
            kind
            name
          }
        }
      }
    }
  }
`;
const actor = (kind: string, name: string): Json => ({ __typename: 'Actor', id: 'ada', kind, name });
const data: Json = {
  ticket: {
    __typename: 'Ticket',
    id: 'T1',
    subject: 'Checkout is down',
    events: {
      __typename: 'TicketEventConnection',
      nodes: [
        { __typename: 'SubmittedEvent', id: 'E1', actor: actor('CLIENT', 'Ada of Acme') },
        { __typename: 'AcknowledgedEvent', id: 'E2', actor: actor('AGENT', 'Ada') },
      ],
    },
  },
};

it('the cache of Apollo Client keeps actors of different kinds apart, with the settings of the README', () => {
  const read = (policies: TypePolicies): Json => {
    const cache = new InMemoryCache({ typePolicies: policies });
    cache.writeQuery({ query: READ, data });
    return cache.readQuery({ query: READ });
  };
  expect(read(typePolicies)).toEqual(data);
  // The id of an actor is unique among actors of its kind only.
  expect(read({})).not.toEqual(data);
});
