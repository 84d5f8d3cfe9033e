import { graphql } from 'relay-runtime';

export const query = graphql`
  query TicketListQuery {
    ...TicketList_query
  }
`;

export const list = graphql`
  fragment TicketList_query on Query
  @refetchable(queryName: "TicketListPaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }) {
    tickets(first: $count, after: $cursor, orderBy: { field: OPENED_AT, direction: ASC })
      @connection(key: "TicketList_tickets") {
      edges {
        node {
          ...TicketListRow_ticket
        }
      }
    }
  }
`;

export const row = graphql`
  fragment TicketListRow_ticket on Ticket @refetchable(queryName: "TicketListRowQuery") {
    subject
    severity
    client {
      name
    }
  }
`;

export const events = graphql`
  fragment TicketListEvents_ticket on Ticket
  @refetchable(queryName: "TicketListEventsQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 1 }, cursor: { type: "String" }) {
    events(first: $count, after: $cursor) @connection(key: "TicketListEvents_events") {
      edges {
        node {
          type
          ... on SubmittedEvent {
            severity
          }
        }
      }
    }
  }
`;

export const submit = graphql`
  mutation TicketListSubmitMutation($input: SubmitTicketInput!, $connections: [ID!]!) {
    submitTicket(input: $input) {
      ticket @prependNode(connections: $connections, edgeTypeName: "TicketEdge") {
        ...TicketListRow_ticket
      }
      userErrors {
        message
      }
    }
  }
`;

export const changes = graphql`
  subscription TicketListSubscription {
    severityChanged {
      ticket {
        ...TicketListRow_ticket
      }
    }
  }
`;
