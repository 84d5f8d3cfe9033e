import { type DocumentNode, type FieldNode, Kind, parse, type SelectionSetNode } from 'graphql';

/** Where a document takes the cursor after which it begins, and where its events have theirs. */
interface CursorUse {
  /** The variable of the argument `after`. */
  readonly variable: string;
  /** The names, in the response, of the field of the subscription and of `cursor` in it. */
  readonly field: string;
  readonly cursor: string;
}

/**
 * Where a subscription goes on after its connection broke: the cursor of the last event that it
 * has given. It needs a document with `after: $variable` and the field `cursor`; any other
 * document starts again at the time of the new connection.
 */
export class ResumePoint {
  private readonly use: CursorUse | null;
  private last: string | null;

  constructor(
    document: string | DocumentNode,
    private readonly given: Readonly<Record<string, unknown>> | undefined,
  ) {
    this.use = cursorUseIn(document);
    const first = this.use === null ? null : given?.[this.use.variable];
    this.last = typeof first === 'string' ? first : null;
  }

  /** The cursor of the last event, or the one that the subscription began with. */
  get cursor(): string | null {
    return this.last;
  }

  /** The variables with which to subscribe now. */
  variables(): Record<string, unknown> | undefined {
    const { use, last, given } = this;
    if (use === null || last === null) return given;
    return { ...given, [use.variable]: last };
  }

  /** Notes an event. False if it was given before: a later cursor is greater as text. */
  pass(data: unknown): boolean {
    const { use, last } = this;
    if (use === null) return true;
    const cursor = propertyOf(propertyOf(data, use.field), use.cursor);
    if (typeof cursor !== 'string') return true;
    if (last !== null && cursor <= last) return false;
    this.last = cursor;
    return true;
  }
}

const propertyOf = (value: unknown, name: string): unknown => Object(value)[name];

function cursorUseIn(given: string | DocumentNode): CursorUse | null {
  const document = typeof given === 'string' ? parsedOrNull(given) : given;
  for (const definition of document?.definitions ?? []) {
    if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation !== 'subscription') continue;
    const [field] = fieldsOf(definition.selectionSet);
    const after = field?.arguments?.find(({ name }) => name.value === 'after')?.value;
    const cursor = fieldsOf(field?.selectionSet).find(({ name }) => name.value === 'cursor');
    if (field === undefined || cursor === undefined || after?.kind !== Kind.VARIABLE) return null;
    return { variable: after.name.value, field: nameOf(field), cursor: nameOf(cursor) };
  }
  return null;
}

const fieldsOf = (set: SelectionSetNode | undefined): readonly FieldNode[] =>
  (set?.selections ?? []).filter((selection) => selection.kind === Kind.FIELD);

const nameOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

/** Null if it is not GraphQL, which the service refuses with the place. */
function parsedOrNull(text: string): DocumentNode | null {
  try {
    return parse(text);
  } catch {
    return null;
  }
}
