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
import type { OperationContext } from '../context';
import { LIMITS } from '../operation-limits';

/** The export failed. The message states the reason. */
export class ExportError extends OperatorError {
  override readonly name = 'ExportError';
}

/**
 * Fields that an export leaves out: lists with pages of their own, explanations and allowed
 * actions.
 */
const LEFT_OUT = new Set([
  'Ticket.allowedActions',
  'Ticket.events',
  'Ticket.communications',
  'Ticket.followUps',
  'Commitment.explain',
  'CommitmentCycle.explain',
]);
/** The fields that identify an object which the export does not show in full. */
const BY_NAME: Readonly<Record<string, string>> = {
  Ticket: '{ id number externalId }',
  Client: '{ id name }',
  Policy: '{ id version }',
};

/**
 * A selection of all fields of a type, so that the export includes fields that are added to the
 * API.
 */
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

interface TicketsPage {
  readonly tickets: {
    readonly nodes: readonly unknown[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/**
 * Tickets as JSON lines in the shape of the API's `Ticket`, with all cycles, ordered by number.
 * Memory holds one page at a time. The lines are results of the API, so shape, filter and
 * visibility are the same.
 *
 * @param filter the API's `TicketFilter` as a plain value; null for all tickets
 * @throws ExportError if the filter is invalid
 */
export async function* ticketLines(
  schema: GraphQLSchema,
  context: () => OperationContext<ReadServices>,
  filter: unknown,
): AsyncGenerator<string> {
  const document = parse(`
    query Export($filter: TicketFilter, $after: String) {
      tickets(filter: $filter, orderBy: { field: NUMBER, direction: ASC }, first: ${LIMITS.longestPage}, after: $after) {
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
