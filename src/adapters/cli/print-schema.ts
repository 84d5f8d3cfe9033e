import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildGraphQLSchema } from '../graphql/schema';

/** The schema as SDL, everything in alphabetical order so that it changes only where the API does. */
export const printSchemaText = (): string => `${printSchema(lexicographicSortSchema(buildGraphQLSchema()))}\n`;

if (require.main === module) process.stdout.write(printSchemaText());
