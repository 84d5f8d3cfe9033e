/** A page of a list: `count` rows after or before a cursor, from its start or from its end. */
export interface PageRequest {
  readonly count: number;
  readonly from: 'START' | 'END';
  readonly after: string | null;
  readonly before: string | null;
}

export interface Page<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** A cursor that is not one of the list in this order. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}

/** Without a stack trace, which takes most of the time: a request can have thousands of them. */
export function invalidCursor(): InvalidCursor {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new InvalidCursor(
    'The cursor is not one of this list in this order; use an endCursor or startCursor of the same query.',
  );
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}
