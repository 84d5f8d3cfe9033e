import {
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { OperatorError } from '../../../application/operator-error';
import type { ReadServices } from '../../../application/ports/services';
import type { RequestContext } from '../context';

/** What was asked of an export cannot be done; the message says why. */
export class ExportError extends OperatorError {
  override readonly name = 'ExportError';
}

/** Left out: what an export would show of every ticket alike, lists that have pages of their own, and explanations. */
const LEFT_OUT = new Set([
  'Ticket.allowedActions',
  'Ticket.events',
  'Ticket.communications',
  'Ticket.followUps',
  'Commitment.explain',
  'CommitmentCycle.explain',
]);
/** Objects that stand for themselves elsewhere, by the fields that name them. */
const BY_NAME: Readonly<Record<string, string>> = {
  Ticket: '{ id number externalId }',
  Client: '{ id name }',
  Policy: '{ id version }',
};

/** Every field of a type, as a selection; so a field that is added to the API is exported as well. */
export function selectionOf(schema: GraphQLSchema, typeName: string): string {
  const type = schema.getType(typeName);
  if (!isObjectType(type) && !isInterfaceType(type)) throw new Error(`${typeName} has no fields`);
  const fields = Object.values(type.getFields())
    .filter((field) => !LEFT_OUT.has(`${typeName}.${field.name}`))
    .map((field) => {
      const named = getNamedType(field.type);
      if (!isCompositeType(named)) return field.name;
      return `${field.name} ${BY_NAME[named.name] ?? selectionOf(schema, named.name)}`;
    });
  return `{ ${fields.join(' ')} }`;
}

const PAGE = 100;

interface TicketsPage {
  readonly tickets: {
    readonly nodes: readonly unknown[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/**
 * Tickets as JSON lines in the shape of the API's `Ticket`, all cycles included, by number. Memory holds one page. The
 * API itself answers, so shape, filter and visibility are its own.
 *
 * @param filter the API's `TicketFilter` as a plain value; null for every ticket
 * @throws ExportError where the filter is none
 */
export async function* ticketLines(
  schema: GraphQLSchema,
  context: () => RequestContext<ReadServices>,
  filter: unknown,
): AsyncGenerator<string> {
  const document = parse(`
    query Export($filter: TicketFilter, $after: String) {
      tickets(filter: $filter, orderBy: { field: NUMBER, direction: ASC }, first: ${PAGE}, after: $after) {
        nodes ${selectionOf(schema, 'Ticket')}
        pageInfo { hasNextPage endCursor }
      }
    }`);
  const [invalid] = validate(schema, document);
  if (invalid !== undefined) throw invalid;
  let after: string | null = null;
  do {
    const variableValues: { filter: unknown; after: string | null } = { filter, after };
    const result: ExecutionResult = await execute({ schema, document, variableValues, contextValue: context() });
    const [error] = result.errors ?? [];
    if (error !== undefined) throw new ExportError(error.message, { cause: error });
    const { nodes, pageInfo } = (result.data as unknown as TicketsPage).tickets;
    for (const node of nodes) yield `${JSON.stringify(node)}\n`;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
}
