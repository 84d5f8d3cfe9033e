import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { FACT_CODE, type FactKind, LONGEST_CODE } from '../../../domain/policy/facts';
import { describeEnum } from './enums';

export const FactKindEnum = describeEnum<FactKind>('FactKind', 'The half of an impact that a fact can be.', {
  AUDIENCE: 'The people who are affected.',
  CONSEQUENCE: 'The consequence for them.',
});

/** The code that a text becomes in capital letters, as the end of a sentence. */
function inCapitals(value: unknown): string {
  if (typeof value !== 'string' || value.length > LONGEST_CODE) return '.';
  const code = value
    .trim()
    .toUpperCase()
    .replace(/[\s-]+/g, '_');
  return FACT_CODE.test(code) ? `; did you mean ${code}?` : '.';
}

/**
 * A scalar for codes of the policy's vocabulary. Literals are accepted with and without quotation
 * marks, as enum values were before each policy had a vocabulary of its own.
 */
function factScalar(name: string, example: string, meaning: string): GraphQLScalarType<string, string> {
  const form = `${name} must be a code of at most ${LONGEST_CODE} capital letters, digits and underscores, a letter first, such as ${example}`;
  const codeOf = (value: unknown): string => {
    if (typeof value === 'string' && FACT_CODE.test(value)) return value;
    throw new GraphQLError(`${form}${inCapitals(value)}`);
  };
  return new GraphQLScalarType<string, string>({
    name,
    description: `${meaning} A code such as \`${example}\` that the policy defines; \`Policy\` lists them. In a document it can be written with or without quotation marks.`,
    serialize: (value) => String(value),
    parseValue: codeOf,
    parseLiteral: (node: ValueNode) => {
      if (node.kind === Kind.ENUM || node.kind === Kind.STRING) return codeOf(node.value);
      throw new GraphQLError(`${form}.`, { nodes: node });
    },
  });
}

export const AudienceScalar = factScalar('Audience', 'ALL_END_USERS', 'The people who are affected by an issue.');

export const ConsequenceScalar = factScalar(
  'Consequence',
  'ORDERING_BLOCKED',
  'The consequence of an issue for the people who are affected.',
);
