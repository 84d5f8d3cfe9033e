import { Max, Min } from 'class-validator';
import { ArgsType, type ClassType, Ctx, Field, Int, ObjectType } from 'type-graphql';
import type { Page, PageRequest } from '../../../application/ports/pagination';
import { badInput } from '../errors';

const DEFAULT_PAGE = 20;
const LONGEST_PAGE = 100;
const RANGE = `takes 1 to ${LONGEST_PAGE}`;

/** Relay's arguments of a connection. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many to give from the front, 1 to ${LONGEST_PAGE}; ${DEFAULT_PAGE} where neither first nor last is given. Not together with last.`,
  })
  @Min(1, { message: RANGE })
  @Max(LONGEST_PAGE, { message: RANGE })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor of the same list.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many to give from the back, 1 to ${LONGEST_PAGE}, in the same order. Not together with first.`,
  })
  @Min(1, { message: RANGE })
  @Max(LONGEST_PAGE, { message: RANGE })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes before this cursor of the same list.' })
  before?: string | null;
}

/** The page that the arguments ask for. */
export function pageRequest({ first, after, last, before }: PageArgs): PageRequest {
  if (first != null && last != null) throw badInput('Give first or last, not both.');
  return {
    count: first ?? last ?? DEFAULT_PAGE,
    from: last == null ? 'START' : 'END',
    after: after ?? null,
    before: before ?? null,
  };
}

@ObjectType('PageInfo', { description: 'Where a page lies in its list, after Relay.', simpleResolvers: true })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether more follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether some come before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first edge; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last edge; null on an empty page.' })
  endCursor!: string | null;
}

/** A page with a count of the whole list, which is taken only where it is asked for. */
export interface Connection<T> {
  readonly edges: Page<T>['edges'];
  readonly nodes: readonly T[];
  readonly pageInfo: PageInfoType;
  readonly count: () => Promise<number>;
}

export const connection = <T>(page: Page<T>, count: () => Promise<number>): Connection<T> => ({
  edges: page.edges,
  nodes: page.edges.map((edge) => edge.node),
  pageInfo: {
    hasNextPage: page.hasNextPage,
    hasPreviousPage: page.hasPreviousPage,
    startCursor: page.edges[0]?.cursor ?? null,
    endCursor: page.edges.at(-1)?.cursor ?? null,
  },
  count,
});

/** The pair of object types of a connection over a node type: `<name>Connection` and `<name>Edge`. */
export function connectionTypeOf(name: string, node: () => abstract new () => object, plural: string) {
  @ObjectType(`${name}Edge`, { description: `One of the ${plural} of a page, with its place.`, simpleResolvers: true })
  class EdgeType {
    @Field(node as () => ClassType, { description: 'The object itself.' })
    node!: object;

    @Field(() => String, { description: 'Its place in the list; opaque. For after and before.' })
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${plural}.`, simpleResolvers: true })
  class ConnectionType {
    @Field(() => [EdgeType], { description: 'The page, each with its place.' })
    edges!: readonly EdgeType[];

    @Field(() => [node() as ClassType], { description: 'The same objects without their places.' })
    nodes!: readonly object[];

    @Field(() => PageInfoType, { description: 'Where the page lies.' })
    pageInfo!: PageInfoType;

    readonly count!: () => Promise<number>;

    @Field(() => Int, { description: 'How many the whole list has now, however long the page is.' })
    totalCount(@Ctx() _context: object): Promise<number> {
      return this.count();
    }
  }
  return ConnectionType;
}
