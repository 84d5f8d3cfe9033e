import { buildGraphQLSchema } from '../graphql/schema';
import { apiSdl, subgraphSdl } from '../graphql/subgraph/printed-schema';

/** The GraphQL schema as SDL: the API, or what a gateway composes. */
export const printSchemaText = (form: 'API' | 'SUBGRAPH' = 'API'): string =>
  (form === 'API' ? apiSdl : subgraphSdl)(buildGraphQLSchema());

if (require.main === module) process.stdout.write(printSchemaText());
