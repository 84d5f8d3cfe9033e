import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  getOperationAST,
  isCompositeType,
  isEnumType,
  isListType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  validate,
} from 'graphql';
import pino from 'pino';
import { boundResolvers } from '../../src/adapters/graphql/bounded-resolvers';
import { checkOperation, refuseSource } from '../../src/adapters/graphql/check-operation';
import { contextFactory } from '../../src/adapters/graphql/context';
import { amount, costOf, PAGE_SIZE } from '../../src/adapters/graphql/operation-costs';
import { LIMITS } from '../../src/adapters/graphql/operation-limits';
import { isConnection } from '../../src/adapters/graphql/operation-size';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { SYSTEM_CALLER } from '../../src/application/ports/caller';
import type { ReadServices } from '../../src/application/ports/services';
import type { Json } from '../support/graphql-service';

const schema = buildGraphQLSchema();

function operationOf(document: DocumentNode) {
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('A document has one operation');
  return operation;
}

/** The size of a valid operation; a text where it is refused. */
function sizeOf(query: string, variables: Record<string, unknown> = {}): number | string {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  try {
    const allowance = checkOperation(schema, document, operationOf(document), variables);
    return LIMITS.fields - (allowance?.fields ?? Number.NaN);
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions.code === 'OPERATION_TOO_LARGE') return error.message;
    throw error;
  }
}

const REFUSED = expect.stringMatching(/^The size of the operation is [\d,]+ fields\. The limit is 50,000 fields/);

describe('the size of an operation', () => {
  const events = (levels: number, open: string, close: string): string =>
    levels === 0 ? 'id' : `ticket { events(first: $n) ${open} nodes { ${events(levels - 1, open, close)} } ${close} }`;
  const nested = (levels: number, open: string, close: string) =>
    `query ($n: Int = 100) { ticket(number: 1) { events(first: $n) ${open} nodes { ${events(levels - 1, open, close)} } ${close} } }`;

  it.each([
    ['fields', '{', '}'],
    ['an inline fragment', '{ ... {', '} }'],
    ['inline fragments with a type', '{ ... on TicketEventConnection { ... {', '} } }'],
    ['edges around an inline fragment', '{ edges { node { __typename } } ... {', '} }'],
  ])('counts lists within %s, with the default of a variable', (_, open, close) => {
    expect(sizeOf(nested(1, open, close))).toBeLessThan(1_000);
    expect(sizeOf(nested(3, open, close))).toEqual(REFUSED);
    expect(sizeOf(nested(4, open, close))).toEqual(REFUSED);
    expect(sizeOf(nested(3, open, close), { n: 5 })).toBeLessThan(50_000);
  });

  it('counts each year of holidays, also in a range without its first year', () => {
    const holidays = (range: string) => Number(sizeOf(`{ calendar(id: "a") { holidays${range} { date } } }`));
    const oneYear = holidays('');
    expect(holidays('(from: 2040)')).toBe(oneYear);
    expect(holidays('(to: 2020)')).toBe(oneYear);
    expect(holidays('(to: 2040)') - oneYear).toBe(14 * 15);
    expect(holidays('(to: 2040)')).toBe(holidays('(from: 2026, to: 2040)'));
  });

  it('counts lists within named fragments', () => {
    const query = (n: number) => `query ($n: Int = ${n}) { ticket(number: 1) { ...A } }
      fragment A on Ticket { events(first: $n) { ...B } } fragment B on TicketEventConnection { nodes { ticket { ...C } } }
      fragment C on Ticket { events(first: $n) { ...D } } fragment D on TicketEventConnection { nodes { ticket { ...E } } }
      fragment E on Ticket { events(first: $n) { nodes { id } } }`;
    expect(sizeOf(query(100))).toEqual(REFUSED);
    expect(sizeOf(query(5))).toBeLessThan(50_000);
  });

  it('takes a page as given, by default, by a variable, and null as not given', () => {
    const page = (argument: string, variables = {}, declared = '') =>
      sizeOf(`query ${declared} { tickets${argument} { nodes { number } } }`, variables);
    const none = page('');
    expect(page('(first: 20)')).toBe(none);
    expect(page('(first: null)')).toBe(none);
    expect(page('(last: 21)')).toBe(Number(none) + 1);
    expect(page('(first: $n)', { n: 50 }, '($n: Int = 20)')).toBe(Number(none) + 30);
    expect(page('(first: $n)', { n: null }, '($n: Int = 100)')).toBe(none);
    expect(page('(first: $n)', {}, '($n: Int)')).toBe(none);
    // The resolver refuses these.
    expect(page('(first: 1000)')).toBe(Number(none) + 80);
  });

  it('is measured again for other values of the variables that it depends on', () => {
    const document = parse(
      'query ($n: Int = 2, $skip: Boolean = false, $m: Int, $x: Int = 1) { ticket(number: $x) { number } tickets(first: $n) @skip(if: $skip) { nodes { events(first: $m) { nodes { id } } } } }',
    );
    const size = (variables: Record<string, unknown>) =>
      LIMITS.fields - (checkOperation(schema, document, operationOf(document), variables)?.fields ?? Number.NaN);
    const first = size({});
    const skipped = size({ skip: true });
    expect(skipped).toBeLessThan(first);
    expect([size({}), size({ x: 7 }), size({ skip: true, n: 50 }), size({ n: 2, m: 20 })]).toEqual([
      first,
      first,
      skipped,
      first,
    ]);
    expect(size({ n: 3 })).toBeGreaterThan(first);
    expect(size({ m: 21 })).toBe(first + 2);
    expect(() => size({ n: 100, m: 100 })).not.toThrow();
    expect(checkOperation(schema, document, operationOf(document), { n: 'x' })).toBeNull();
  });

  it('applies @skip and @include, with defaults', () => {
    const query = (directive: string) =>
      `query ($yes: Boolean = true) { viewer { seesAllClients } tickets(first: 100) ${directive} { nodes { number } } }`;
    const [without, with_] = [
      sizeOf('{ viewer { seesAllClients } }'),
      sizeOf('{ viewer { seesAllClients } tickets(first: 100) { nodes { number } } }'),
    ];
    expect(sizeOf(query('@skip(if: $yes)'))).toBe(without);
    expect(sizeOf(query('@skip(if: $yes)'), { yes: false })).toBe(with_);
    expect(sizeOf(query('@include(if: $yes)'))).toBe(with_);
    expect(sizeOf(query('@include(if: $yes)'), { yes: false })).toBe(without);
  });

  it('counts what the database does', () => {
    const many = (count: number, field: string) =>
      sizeOf(`{ ${Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')} }`);
    const text = 'tickets(filter: { or: [{ text: "a" }, { not: { text: "b" } }] }, first: 1) { totalCount }';
    expect(many(400, 'tickets { totalCount }')).toEqual(REFUSED);
    expect(many(400, 'tickets(filter: { text: "shop" }) { totalCount }')).toEqual(REFUSED);
    expect(
      many(12, 'tickets(filter: { isBreached: { eq: true } }) { totalCount }'.replace('{ eq: true }', 'true')),
    ).toBeLessThan(50_000);
    expect(many(1, text)).toBeGreaterThan(20_000);
    const filtered = (filter: string) => Number(sizeOf(`{ tickets(filter: ${filter}, first: 1) { nodes { id } } }`));
    const conditions = (count: number, condition: string) => `{ or: [${`{ ${condition} } `.repeat(count)}] }`;
    const one = filtered(conditions(1, 'isBreached: true'));
    expect(filtered(conditions(100, 'isBreached: true')) - one).toBe(99 * 100);
    expect(
      filtered(conditions(1, 'isBreached: true, openedAt: { gt: "2026-01-01T00:00:00Z", isNull: false }')) - one,
    ).toBe(2 * 100);
    expect(filtered(conditions(1, 'slaStatus: { status: { eq: RUNNING, isNull: false } }')) - one).toBe(100);
    expect(filtered(conditions(1, 'not: { tag: { nin: ["a", "b"] } }, client: null')) - one).toBe(400);
    expect(sizeOf(`{ tickets(filter: ${conditions(500, 'isBreached: true')}) { nodes { id } } }`)).toEqual(REFUSED);
    const ordered = (field: string) => sizeOf(`{ tickets(orderBy: { field: ${field} }, first: 1) { nodes { id } } }`);
    expect([ordered('NUMBER'), ordered('SEVERITY'), ordered('CLOSED_AT')]).toEqual([103, 1_003, 1_003]);
    const report = 'slaReport(from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", groupBy: SEVERITY) { from }';
    expect(many(3, report)).toBeLessThan(50_000);
    expect(many(10, report)).toEqual(REFUSED);
    const dryRun = (dry: boolean) =>
      sizeOf('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { isNew } }', {
        input: { yaml: '', dryRun: dry },
      });
    expect(Number(dryRun(true))).toBeGreaterThan(3 * Number(dryRun(false)));
    const asOf = sizeOf('{ ticket(number: 1, asOf: "2026-01-01T00:00:00Z") { number } }');
    expect(Number(asOf)).toBeGreaterThan(Number(sizeOf('{ ticket(number: 1) { number } }')));
  });

  it('is computed in time linear to the document', () => {
    const spreads = '...F '.repeat(1_200);
    const chain = Array.from({ length: 400 }, (_, n) => `fragment F${n} on Node { ...F${n + 1} ...F${n + 1} id }`);
    const began = process.cpuUsage().user;
    expect(sizeOf(`{ node(id: "x") { ${spreads} } } fragment F on Node { id ... on Ticket { tags } }`)).toEqual(
      expect.any(Number),
    );
    expect(sizeOf(`{ node(id: "x") { ...F0 } } ${chain.join(' ')} fragment F400 on Node { id }`)).toEqual(REFUSED);
    expect((process.cpuUsage().user - began) / 1_000).toBeLessThan(5_000);
  });
});

describe('a field', () => {
  it('of a list that is longer than the size assumed is charged as it is read', async () => {
    const read = async (tags: number, pages = 'tickets(first: 1) { nodes { number } }') => {
      const document = parse(`{ ticket(number: 1) { tags } ${pages} }`);
      const none = { edges: [], hasNextPage: false, hasPreviousPage: false };
      const reader = {
        ticketByNumber: async () => ({ tags: Array.from({ length: tags }, () => 'x') }),
        tickets: async () => none,
      };
      const contexts = contextFactory(
        { clock: { now: () => 0 }, reader } as unknown as ReadServices,
        pino({ level: 'silent' }),
      );
      const context = contexts(SYSTEM_CALLER, 'r', null);
      Object.assign(context.allowance, checkOperation(schema, document, operationOf(document), {}));
      const { data, errors = [] } = await execute({ schema, document, contextValue: context });
      return errors[0]?.extensions.code ?? (data as unknown as { ticket: { tags: string[] } }).ticket.tags.length;
    };
    expect(await read(40_000)).toBe(40_000);
    expect(await read(50_000)).toBe('OPERATION_TOO_LARGE');
    expect(await read(40_000, 'tickets(first: 100, filter: { text: "a" }) { totalCount nodes { number } }')).toBe(
      'OPERATION_TOO_LARGE',
    );
  });

  it.each([
    ['a root field', 'type Query { invented: Int }', 'Query.invented needs `work`'],
    ['a list', 'type Query { viewer: Viewer } type Viewer { invented: [Int!] }', 'Viewer.invented needs `entries`'],
    [
      'a connection',
      'type Query { viewer: Viewer } type Viewer { invented(first: Int): C } type C { pageInfo: P nodes: [Int] } type P { a: Int }',
      'Viewer.invented needs `work`',
    ],
  ])('needs its cost before the schema is built: %s', (_, source, problem) => {
    expect(() => boundResolvers(buildSchema(source))).toThrow(problem);
  });

  it('that declares no work has no services', async () => {
    const invented = buildSchema('type Query { viewer: Viewer } type Viewer { name: String }');
    const fields = (invented.getType('Viewer') as GraphQLObjectType).getFields();
    Object.assign(fields.name ?? {}, { resolve: (_: unknown, __: unknown, context: Json) => typeof context.services });
    expect(() => boundResolvers(invented)).toThrow('costs without a field');
    const contextValue = { operation: null, forWork: { services: {} } };
    const { data } = await execute({
      schema: invented,
      document: parse('{ viewer { name } }'),
      rootValue: { viewer: {} },
      contextValue,
    });
    expect(data).toEqual({ viewer: { name: 'undefined' } });
  });
});

describe('documents with many brackets', () => {
  it('are refused before they are parsed; texts and comments do not count', () => {
    const brackets = (count: number) => `${'...{'.repeat(count)}__typename${'}'.repeat(count)}`;
    expect(refuseSource(`{${brackets(99)}}`)).toBeNull();
    expect(refuseSource(`{${brackets(100)}}`)?.message).toContain('The limit is 100 levels');
    const quiet = '{'.repeat(200);
    expect(refuseSource(`{ a(b: "${quiet}\\"${quiet}", c: """${quiet} " \\""" ${quiet}""") # ${quiet}\n }`)).toBeNull();
  });
});

describe('documents with many lines', () => {
  it('are refused before they are parsed; CR LF is one end of a line', () => {
    expect(refuseSource(`{ a }${'\r\n'.repeat(5_000)}`)).toBeNull();
    for (const end of ['\n', '\r', '\r\n']) {
      expect(refuseSource(`{ a }${end.repeat(5_001)}`)?.message).toBe(
        'The document has too many lines. The limit is 5,000 lines.',
      );
    }
  });
});

describe('any operation', () => {
  /** A random selection of a type, as deep as it is given, with fragments and aliases. */
  const selection = (type: GraphQLObjectType, depth: number, random: () => number): string => {
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const fields = Object.values(type.getFields()).filter(({ type: of, args }) => {
      const needsArguments = args.some((one) => String(one.type).endsWith('!') && one.defaultValue === undefined);
      return !needsArguments && (depth > 0 || !isCompositeType(getNamedType(of)));
    });
    const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, n) => {
      if (fields.length === 0) return '__typename';
      const field = pick(fields);
      const named = getNamedType(field.type);
      const first = field.args.some(({ name }) => name === 'first');
      const args = first ? pick(['', '(first: 3)', '(last: $n)', '(first: $m)']) : '';
      const alias = `f${depth}_${n}_${field.name}_${args.replace(/\W/g, '')}`;
      const inner = isObjectType(named)
        ? `{ ${selection(named, depth - 1, random)} }`
        : isCompositeType(named)
          ? `{ __typename ${schema
              .getPossibleTypes(named)
              .slice(0, 3)
              .map((one) => `... on ${one.name} { ${selection(one, Math.min(1, depth - 1), random)} }`)
              .join(' ')} }`
          : '';
      const text = `${alias}: ${field.name}${args} ${pick(['', '', '@include(if: $yes)', '@skip(if: $yes)'])} ${inner}`;
      return pick([text, text, `... { ${text} }`, `... on ${type.name} { ${text} }`]);
    });
    return `__typename ${parts.join(' ')}`;
  };

  /** Executes with lists as full as their pages and declared bounds, and counts the fields. */
  const executedFields = async (document: DocumentNode, variables: Record<string, unknown>): Promise<number> => {
    const result = await execute({
      schema: countingSchema,
      document,
      variableValues: variables,
      typeResolver: (value) => (value as { type?: string }).type,
    });
    expect(result.errors ?? []).toEqual([]);
    const names = (value: unknown): number => {
      if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + names(one), 0);
      if (typeof value !== 'object' || value === null) return 0;
      return Object.values(value).reduce((sum: number, one) => sum + 1 + names(one), 0);
    };
    return names(result.data);
  };

  const countingSchema = buildGraphQLSchema();
  for (const type of Object.values(countingSchema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type);
      const possible = isObjectType(named)
        ? [named]
        : isCompositeType(named)
          ? countingSchema.getPossibleTypes(named)
          : [];
      // The scalars of GraphQL itself are shared by all schemas.
      if (isScalarType(named) && !isSpecifiedScalarType(named)) named.serialize = () => 'x';
      const leaf = isEnumType(named)
        ? named.getValues()[0]?.value
        : ({ Int: 1, Float: 1, Boolean: true }[named.name] ?? 'x');
      named.name.startsWith('__') ||
        Object.assign(field, {
          resolve: (source: { page?: number } | undefined, args: Record<string, unknown>) => {
            const one = (n: number) => {
              const shown = possible[n % Math.max(1, possible.length)];
              return shown === undefined
                ? (leaf ?? null)
                : { type: shown.name, ...(isConnection(named) ? { page: PAGE_SIZE.of(args) } : {}) };
            };
            if (!isListType(getNullableType(field.type))) return one(Math.floor(Math.random() * 50));
            const length = isConnection(type)
              ? (source?.page ?? 0)
              : amount(costOf(type.name, field.name)?.entries, args);
            return Array.from({ length }, (_, n) => one(n));
          },
        });
    }
    type.isTypeOf = undefined as never;
  }

  it('executes at most as many fields as its size', async () => {
    const query = schema.getQueryType() as GraphQLObjectType;
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 40, maxLength: 40 }),
        fc.boolean(),
        async (draws, yes) => {
          let next = 0;
          const random = (): number => draws[next++ % draws.length] ?? 0;
          const document = parse(
            `query ($n: Int = 4, $m: Int, $yes: Boolean = ${yes}) { n: __typename @include(if: $yes) p: policies(first: $n) { totalCount } q: policies(first: $m) { totalCount } ${selection(query, 5, random)} }`,
          );
          if (validate(schema, document).length > 0) return;
          let size = Number.POSITIVE_INFINITY;
          try {
            const allowance = checkOperation(schema, document, operationOf(document), {});
            size = LIMITS.fields - (allowance?.fields ?? 0);
          } catch (error) {
            if (!(error instanceof GraphQLError)) throw error;
            return;
          }
          expect(await executedFields(document, {})).toBeLessThanOrEqual(size);
          compared += 1;
        },
      ),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(20);
  });
});
