import { ArgsType, type ClassType, Ctx, Field, Int, ObjectType } from 'type-graphql';
import type { Page, PageRequest } from '../../../application/ports/pagination';
import { badInput } from '../errors';
import { LIMITS } from '../operation-limits';
import { optional } from './optional';
import { Takes } from './validation';

const { defaultPage: DEFAULT_PAGE, longestPage: LONGEST_PAGE } = LIMITS;
const PageSize = (): PropertyDecorator =>
  Takes(`takes 1 to ${LONGEST_PAGE}`, (value) => typeof value === 'number' && value >= 1 && value <= LONGEST_PAGE);

/** The arguments of a connection, as the Relay specification defines them. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    ...optional,
    description: `Returns the first _n_ elements, 1 to ${LONGEST_PAGE}. Defaults to ${DEFAULT_PAGE} when neither \`first\` nor \`last\` is given. It cannot be combined with \`last\`.`,
  })
  @PageSize()
  first?: number | null;

  @Field(() => String, {
    ...optional,
    description: 'Returns only the elements after this cursor of the same list, of at most 400 characters.',
  })
  after?: string | null;

  @Field(() => Int, {
    ...optional,
    description: `Returns the last _n_ elements, 1 to ${LONGEST_PAGE}, in the order of the list. It cannot be combined with \`first\`.`,
  })
  @PageSize()
  last?: number | null;

  @Field(() => String, {
    ...optional,
    description: 'Returns only the elements before this cursor of the same list, of at most 400 characters.',
  })
  before?: string | null;
}

/** The page request of the arguments. @throws GraphQLError for `first` together with `last` */
export function pageRequest({ first, after, last, before }: PageArgs): PageRequest {
  if (first != null && last != null) throw badInput('first and last cannot be combined.');
  return {
    count: first ?? last ?? DEFAULT_PAGE,
    from: last == null ? 'START' : 'END',
    after: after ?? null,
    before: before ?? null,
  };
}

@ObjectType('PageInfo', {
  description: 'Information about the position of a page in its list, as the Relay specification defines it.',
  simpleResolvers: true,
})
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether the list has more elements after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether the list has elements before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first edge of the page. Null when the page is empty.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last edge of the page. Null when the page is empty.',
  })
  endCursor!: string | null;
}

/** A page with a function that counts the whole list, called only when `totalCount` is selected. */
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

/** The object types `<name>Connection` and `<name>Edge` for a node type. */
export function connectionTypeOf(name: string, node: () => abstract new () => object, plural: string) {
  @ObjectType(`${name}Edge`, { description: `An edge in a connection of ${plural}.`, simpleResolvers: true })
  class EdgeType {
    @Field(node as () => ClassType, { description: 'The object at the end of the edge.' })
    node!: object;

    @Field(() => String, {
      description: 'An opaque cursor that marks the position of the edge in the list, for use in `after` and `before`.',
    })
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, {
    description: `A connection: one page of a list of ${plural}.`,
    simpleResolvers: true,
  })
  class ConnectionType {
    @Field(() => [EdgeType], { description: 'The edges of the page.' })
    edges!: readonly EdgeType[];

    @Field(() => [node() as ClassType], { description: 'The nodes of the page, without their cursors.' })
    nodes!: readonly object[];

    @Field(() => PageInfoType, { description: 'Information about the position of the page in the list.' })
    pageInfo!: PageInfoType;

    readonly count!: () => Promise<number>;

    @Field(() => Int, { description: 'The current number of elements in the whole list.' })
    totalCount(@Ctx() _context: object): Promise<number> {
      return this.count();
    }
  }
  return ConnectionType;
}
