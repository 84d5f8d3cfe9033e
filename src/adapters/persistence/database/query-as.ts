import { escapeLiteral, Query, type QueryConfig } from 'pg';
import { isUuid } from '../../../domain/text';
import type { Scope, WorkRoles } from './work-roles';

/** Sets the role of a transaction, and what the policies of the tables decide by. */
const setting = (...names: readonly string[]) => ({
  name: `set-${names.join('-')}`,
  names,
  text: `SELECT ${names.map((name, index) => `set_config('${name}', $${index + 1}, true)`).join(', ')}`,
});
const SET = { all: setting('role'), some: setting('role', 'stepdown.sees', 'stepdown.callers') };

const setFor = ({ sees }: Scope) => (sees === 'ALL' ? SET.all : SET.some);

/** The values that `setFor` sets. */
const valuesFor = ({ sees, callers = [] }: Scope, roles: WorkRoles): readonly string[] =>
  sees === 'ALL' ? [roles.all] : [roles.some, arrayOf(sees.filter(isUuid)), arrayOf(callers)];

/** An array as PostgreSQL writes it. */
const arrayOf = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join()}}`;

const settingText = (scope: Scope, roles: WorkRoles): string => {
  const values = valuesFor(scope, roles);
  const set = setFor(scope).names.map(
    (name, index) => `set_config('${name}', ${escapeLiteral(`${values[index]}`)}, true)`,
  );
  return `SELECT ${set.join(', ')}`;
};

/** Begins a transaction whose statements run as a role. */
export const beginAs = (scope: Scope, roles: WorkRoles | null, begin = 'BEGIN'): string =>
  roles === null ? begin : `${begin}; ${settingText(scope, roles)}`;

/**
 * A statement as it is prepared in a scope. PostgreSQL plans a statement for one role, so each role
 * has prepared statements of its own.
 */
export const namedFor = <C extends SentQuery>({ sees }: Scope, roles: WorkRoles | null, config: C): C =>
  sees === 'ALL' || roles === null || config.name === undefined ? config : { ...config, name: `${config.name}-some` };

/** A statement, or several, as a lane gets it. */
export interface SentQuery extends QueryConfig {
  readonly isScript?: boolean;
}

/** The parts of `pg` that its types leave out. */
interface Connection {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: readonly string[]; valueMapper: (value: string) => string }): void;
  execute(message: object): void;
  query(text: string): void;
}
interface Answered {
  name: string | undefined;
  text: string;
  submit(connection: Connection): Error | null;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
  handleError(error: unknown, connection: Connection): void;
}
const AnsweredQuery = Query as unknown as new (config: QueryConfig) => Answered;

const unchanged = (value: string): string => value;

/**
 * A statement that runs as a role. What sets the role goes in front of it, in the same message to
 * the server and in the same transaction, so that it takes no further round trip, and nothing of it
 * is left on the connection for the next statement, however this one ends.
 */
class QueryAs extends AnsweredQuery {
  private readonly isScript: boolean;
  private readonly statement: { readonly name: string | undefined; readonly text: string };
  private isSet = false;

  constructor(
    { isScript = false, ...config }: SentQuery,
    private readonly scope: Scope,
    private readonly roles: WorkRoles,
  ) {
    super({ ...namedFor(scope, roles, config), ...(isScript ? {} : { queryMode: 'extended' }) } as QueryConfig);
    this.isScript = isScript;
    this.statement = { name: this.name, text: this.text };
  }

  override submit(connection: Connection): Error | null {
    if (this.isScript) {
      connection.query(`${settingText(this.scope, this.roles)};\n${this.text}`);
      return null;
    }
    const { parsedStatements, submittedNamedStatements, stream } = connection;
    const before = parsedStatements[this.name ?? ''] ?? submittedNamedStatements[this.name ?? ''];
    // Otherwise pg finds it out when the first half has been sent.
    if (before !== undefined && before !== this.text) return new Error(`Two statements have the name ${this.name}`);
    stream.cork();
    try {
      const { name, text } = setFor(this.scope);
      if ((parsedStatements[name] ?? submittedNamedStatements[name]) === undefined) {
        connection.parse({ name, text });
        submittedNamedStatements[name] = text;
      }
      connection.bind({ statement: name, values: valuesFor(this.scope, this.roles), valueMapper: unchanged });
      connection.execute({ portal: '' });
      const error = super.submit(connection);
      // pg notes the name of a statement when the server has parsed it. The first is this one.
      this.name = name;
      this.text = text;
      return error;
    } finally {
      stream.uncork();
    }
  }

  override handleRowDescription(message: unknown): void {
    if (this.isSet) super.handleRowDescription(message);
  }

  override handleDataRow(message: unknown): void {
    if (this.isSet) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.isSet) super.handleCommandComplete(message, connection);
    else {
      this.isSet = true;
      this.name = this.statement.name;
      this.text = this.statement.text;
    }
  }

  override handleError(error: unknown, connection: Connection): void {
    // The server has skipped what followed.
    const { name } = this.statement;
    if (!this.isSet && name !== undefined) delete connection.submittedNamedStatements[name];
    super.handleError(error, connection);
  }
}

/** The statement as `pg` takes it. */
export const queryAs = (config: SentQuery, scope: Scope, roles: WorkRoles | null): QueryConfig =>
  roles === null ? config : (new QueryAs(config, scope, roles) as unknown as QueryConfig);
