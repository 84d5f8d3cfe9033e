import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  buildSchema,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { printSchemaText } from '../../src/adapters/cli/print-schema';
import { RULES } from '../support/schema-linter';

const FILE = join(__dirname, '../../schema.graphql');

it('schema.graphql is what the code serves', () => {
  // To bring it up to date: npm run build && node -e "…print-schema.js…" as CONTRIBUTING.md says.
  expect(readFileSync(FILE, 'utf8')).toBe(printSchemaText());
});
