import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { schemaReference } from './schema-reference';

/** `npm run schema:reference`: prints `schema.graphql` as a page of HTML. */
const text = readFileSync(join(__dirname, '../../schema.graphql'), 'utf8');
process.stdout.write(schemaReference(buildSchema(text), 'The GraphQL API of Stepdown'));
