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
  constructor() {
    super('The cursor is not one of this list in this order; use an endCursor or startCursor of the same query.');
  }
}
