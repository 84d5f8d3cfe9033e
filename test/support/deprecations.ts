import { type DirectiveNode, GraphQLDeprecatedDirective, getDirectiveValues, parse } from 'graphql';

/** A part of a schema that is deprecated, such as `Ticket.owner` or `Query.tickets.filter`. */
export interface Deprecation {
  readonly path: string;
  readonly reason: string;
  /** The first day, in UTC, of a release without it; null if the reason does not say it. */
  readonly removedFrom: string | null;
}

/** What to use instead, and when the part goes. */
const REASON = /^\S+ \S.*\. Removed on or after (\d{4}-\d{2}-\d{2})\.$/s;

const isDay = (text: string): boolean => new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;

/** The deprecated parts of a schema in the schema definition language. */
export function deprecationsIn(sdl: string): readonly Deprecation[] {
  const found: Deprecation[] = [];
  const visit = (node: object, path: readonly string[]): void => {
    const { directives = [] } = node as { readonly directives?: readonly DirectiveNode[] };
    const given = getDirectiveValues(GraphQLDeprecatedDirective, { directives });
    if (given !== undefined) {
      const reason = String(given.reason);
      const [, day = ''] = REASON.exec(reason) ?? [];
      found.push({ path: path.join('.'), reason, removedFrom: isDay(day) ? day : null });
    }
    for (const part of Object.values(node).flat()) {
      if (typeof part !== 'object' || part === null || !/Definition$/.test(String(part.kind))) continue;
      visit(part, 'name' in part ? [...path, part.name.value] : path);
    }
  };
  visit(parse(sdl), []);
  return found;
}
