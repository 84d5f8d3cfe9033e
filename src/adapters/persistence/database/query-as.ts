import { escapeLiteral, Query, type QueryConfig } from 'pg';
import { isUuid } from '../../../domain/text';
import type { SessionSettings } from './session-settings';
import type { Scope, WorkRoles } from './work-roles';

/** Whose rows a statement or a transaction may see, and what it sets first. */
export interface Entry {
  readonly scope: Scope;
  /** Null if the database has none that can be used. */
  readonly roles: WorkRoles | null;
  /** Undefined if the connection has them. */
  readonly session?: SessionSettings | undefined;
  /** How the server plans. */
  readonly planning?: Setting | undefined;
}

/** What a transaction sets: the role, and what the policies of the tables decide by. */
export interface Setting {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/**
 * For what finds a few rows by their keys, or in the order of an index. The plan of a prepared
 * statement is kept, and can be made while a table is small: then the server would read it from end
 * to end each time, also when it has become large.
 */
export const BY_KEYS: Setting = {
  names: ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin'],
  values: ['off', 'off', 'off'],
};

const ALL = ['role'] as const;
const SOME = ['role', 'stepdown.sees', 'stepdown.callers', 'stepdown.internal'] as const;

/** Null if there is nothing to set. */
function settingFor({ scope, roles, session, planning }: Entry): Setting | null {
  const parts = [session, roles === null ? undefined : roleOf(scope, roles), planning].filter(
    (part) => part !== undefined,
  );
  if (parts.length < 2) return parts[0] ?? null;
  return { names: parts.flatMap(({ names }) => names), values: parts.flatMap(({ values }) => values) };
}

const roleOf = ({ sees, callers = [], hidesInternal = false }: Scope, roles: WorkRoles): Setting =>
  sees === 'ALL'
    ? { names: ALL, values: [roles.all] }
    : {
        names: SOME,
        values: [roles.some, arrayOf(sees.filter(isUuid)), arrayOf(callers), hidesInternal ? 'no' : 'yes'],
      };

/** An array as PostgreSQL writes it. */
const arrayOf = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join()}}`;

/** The statement that sets some names, by their list. */
const statements = new Map<string, { readonly name: string; readonly text: string }>();

function statementFor({ names }: Setting): { readonly name: string; readonly text: string } {
  const key = names.join();
  const known = statements.get(key);
  if (known !== undefined) return known;
  const list = names.map((name, index) => `set_config('${name}', $${index + 1}, true)`);
  // A name has at most 63 bytes.
  const made = { name: `set-${names.length}-${names.at(-1)}`, text: `SELECT ${list.join(', ')}` };
  statements.set(key, made);
  return made;
}

/** The statement that sets what a transaction sets. */
export const settingText = ({ names, values }: Setting): string =>
  `SELECT ${names.map((name, index) => `set_config('${name}', ${escapeLiteral(`${values[index]}`)}, true)`).join(', ')}`;

/** Begins a transaction whose statements run as a role. */
export const beginAs = (entry: Entry, begin = 'BEGIN'): string => {
  const setting = settingFor(entry);
  return setting === null ? begin : `${begin}; ${settingText(setting)}`;
};

/**
 * A statement as it is prepared in a scope. PostgreSQL plans a statement for one role, so each role
 * has prepared statements of its own.
 */
export const namedFor = <C extends SentQuery>({ scope, roles, session }: Entry, config: C): C => {
  if (config.name === undefined) return config;
  if (session?.hasPreparedStatements === false) return { ...config, name: undefined };
  return scope.sees === 'ALL' || roles === null ? config : { ...config, name: `${config.name}-some` };
};

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
  private readonly hasNames: boolean;
  private isSet = false;

  constructor(
    { isScript = false, ...config }: SentQuery,
    entry: Entry,
    private readonly setting: Setting,
  ) {
    super({ ...namedFor(entry, config), ...(isScript ? {} : { queryMode: 'extended' }) } as QueryConfig);
    this.isScript = isScript;
    this.hasNames = entry.session?.hasPreparedStatements !== false;
    this.statement = { name: this.name, text: this.text };
  }

  override submit(connection: Connection): Error | null {
    if (this.isScript) {
      connection.query(`${settingText(this.setting)};\n${this.text}`);
      return null;
    }
    const { parsedStatements, submittedNamedStatements, stream } = connection;
    const before = parsedStatements[this.name ?? ''] ?? submittedNamedStatements[this.name ?? ''];
    // Otherwise pg finds it out when the first half has been sent.
    if (before !== undefined && before !== this.text) return new Error(`Two statements have the name ${this.name}`);
    stream.cork();
    try {
      const { name: given, text } = statementFor(this.setting);
      const name = this.hasNames ? given : '';
      if (name === '') connection.parse({ name, text });
      else if ((parsedStatements[name] ?? submittedNamedStatements[name]) === undefined) {
        connection.parse({ name, text });
        submittedNamedStatements[name] = text;
      }
      connection.bind({ statement: name, values: this.setting.values, valueMapper: unchanged });
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
export const queryAs = (config: SentQuery, entry: Entry): QueryConfig => {
  const setting = settingFor(entry);
  return setting === null ? config : (new QueryAs(config, entry, setting) as unknown as QueryConfig);
};
