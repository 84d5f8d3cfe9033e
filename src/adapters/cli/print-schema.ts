import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildGraphQLSchema } from '../graphql/schema';

/**
 * The GraphQL schema as SDL, sorted alphabetically, so that only changes of the API change the
 * text.
 */
export const printSchemaText = (): string => `${printSchema(lexicographicSortSchema(buildGraphQLSchema()))}\n`;

if (require.main === module) process.stdout.write(printSchemaText());
