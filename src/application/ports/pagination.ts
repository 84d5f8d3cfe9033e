/** A page of a list by keyset: `count` rows after (or before) a cursor. Cursors are opaque to the caller. */
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

/** A cursor that the list asked did not give out. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
  constructor() {
    super('The cursor is not one of this list in this order; use an endCursor or startCursor of the same query.');
  }
}
