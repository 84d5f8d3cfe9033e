/**
 * The URL of GraphQL of a service, from the URL of the service or of its GraphQL; null for any text
 * that is not a URL of HTTP, or has a user or a password.
 */
export function graphqlUrl(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null;
  if (url.pathname === '/') url.pathname = '/graphql';
  return url.href;
}

/** Whether a text can be sent as a bearer token: printable characters of ASCII without spaces. */
export const isBearer = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);
