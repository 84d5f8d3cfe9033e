import { Client } from 'pg';

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/**
 * The URL as every part reads it in the same way: without white space around it, which `pg` takes
 * for a part of a name, and with the name of the TLS mode by which `pg` treats `prefer`, `require`
 * and `verify-ca`, so that it does not warn of them.
 */
export const usableDatabaseUrl = (text: string): string => {
  const url = text.trim();
  if (/[?&]uselibpqcompat=true/.test(url)) return url;
  return url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, '$1verify-full');
};

/**
 * What the URL of a database must be, if it is not; null if it can be used. Never quotes the URL,
 * because it contains a password, and a part of the password may stand where it does not belong.
 */
export function databaseUrlProblem(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'postgres:' && url?.protocol !== 'postgresql:') {
    return (
      'a URL that begins with postgres:// or postgresql://, such as postgresql://user:password@host:5432/stepdown; ' +
      PASSWORD_ENCODING
    );
  }
  // Of postgresql://user:12/34@host/name, the host would be `user`, and the port 12; of
  // postgresql://user:p@ss/w@host/name, the host would be `ss`, and the database `w@host/name`.
  if (url.hash !== '' || `${url.pathname}${url.search}`.includes('@')) return `a URL in which ${PASSWORD_ENCODING}`;
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode)) return `a URL whose sslmode is one of ${SSL_MODES.join(', ')}`;
  try {
    clientOf(text);
    return null;
  } catch (error) {
    if (error instanceof URIError) return `a URL in which ${PASSWORD_ENCODING}`;
    return `a URL that can be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** How to write a password in a URL; a clause. */
export const PASSWORD_ENCODING =
  'the characters @ : / ? # and % of a password are written as %40 %3A %2F %3F %23 and %25';

/** What a URL names, such as `the database stepdown on db.example:5432 (user app)`. */
export function describeDatabase(url: string): string {
  const { host, port, database, user } = clientOf(url);
  const place = host.startsWith('/') ? `in ${host}` : `on ${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `the database ${database ?? ''} ${place}${user ? ` (user ${user})` : ''}`;
}

/** The user of a URL. */
export const userIn = (url: string): string => clientOf(url).user ?? '';

export const hasPassword = (url: string): boolean => Boolean(clientOf(url).password);

/** Parses the URL as every connection does, with the defaults of PG* variables. Never connects. */
const clientOf = (connectionString: string): Client => new Client({ connectionString });
