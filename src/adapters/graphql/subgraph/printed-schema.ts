import { GraphQLObjectType, GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { ENTITIES } from './any.scalar';

/** The fields of the query type that are for gateways only, and their types. */
const FIELDS: ReadonlySet<string> = new Set(['_service', '_entities']);
const TYPES: ReadonlySet<string> = new Set(['_Service', '_Entity', '_Any']);

/** The oldest version that has the directives, so that every gateway of Federation 2 takes it. */
const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])';

const DIRECTIVES: ReadonlyMap<string, string> = new Map([
  ...ENTITIES.map((name) => [name, '@key(fields: "id")'] as const),
  // Relay prescribes the type, so other subgraphs have it too.
  ['PageInfo', '@shareable'],
]);

/** The schema without what only gateways use. */
function apiOf(schema: GraphQLSchema): GraphQLSchema {
  const { query, types, ...others } = schema.toConfig();
  const { fields, ...root } = (query as GraphQLObjectType).toConfig();
  const own = Object.fromEntries(Object.entries(fields).filter(([name]) => !FIELDS.has(name)));
  return new GraphQLSchema({
    ...others,
    query: new GraphQLObjectType({ ...root, fields: own }),
    types: types.filter((type) => type !== query && !TYPES.has(type.name)),
  });
}

/** The API as SDL, sorted alphabetically, so that only changes of the API change the text. */
export const apiSdl = (schema: GraphQLSchema): string => `${printSchema(lexicographicSortSchema(apiOf(schema)))}\n`;

/** The API as a subgraph of Apollo Federation 2: the same SDL, and the directives for gateways. */
export function subgraphSdl(schema: GraphQLSchema): string {
  // On the definitions: `@shareable` on an extension is about the fields of the extension only.
  const types = apiSdl(schema).replace(/^(type (\w+)[^{\n]*)\{$/gm, (whole, head: string, name: string) => {
    const directive = DIRECTIVES.get(name);
    return directive === undefined ? whole : `${head}${directive} {`;
  });
  return `${LINK}\n\n${types}`;
}
