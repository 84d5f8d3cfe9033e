/** The limits of an operation, the same over HTTP and WebSocket. */
export const LIMITS = {
  /** The number of tokens in a document. A longer document is not parsed. */
  tokens: 5_000,
  /**
   * The lines of a document. graphql-js counts the lines before each error to tell its place.
   */
  lines: 5_000,
  /** The depth of nested brackets in a document. A deeper document is not parsed. */
  nesting: 100,
  /** The depth of nested fields. */
  depth: 15,
  /**
   * The size of an operation: the number of fields in the response, where a field of a list counts
   * once per possible entry, and the work of their resolvers (`operation-costs.ts`).
   */
  fields: 50_000,
  /**
   * The number of segments in all explanations of a response. Two years of one cycle take about
   * 1,000.
   */
  segments: 20_000,
  /** The characters in all texts of a response. */
  characters: 10_000_000,
  /**
   * The characters in all texts that an operation reads from the database, also those that it does
   * not select.
   */
  charactersRead: 20_000_000,
  /** The number of lists that introspection fields select, such as `types` and `fields`. */
  introspectedLists: 40,
  /** The fields of all entries in the lists that introspection fields return. */
  introspectedFields: 200_000,
  /** The fields of an operation that fail with an error of their own, besides mutations. */
  failures: 100,
  /** The number of elements in a page of a connection when neither `first` nor `last` is given. */
  defaultPage: 20,
  /** The largest number of elements in a page of a connection. */
  longestPage: 100,
} as const;
