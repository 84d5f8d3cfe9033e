import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';

/**
 * Whether only this machine can reach the address: 127.0.0.0/8, ::1 or localhost (RFC 6890, RFC
 * 6761).
 */
export const isLoopback = (host: string): boolean =>
  host === '::1' || host.toLowerCase() === 'localhost' || (isIPv4(host) && host.startsWith('127.'));

/** The host name of a `Host` header or an origin, without its port; null if it is malformed. */
function hostNameOf(authority: string): string | null {
  if (!URL.canParse(`http://${authority}/`)) return null;
  return new URL(`http://${authority}/`).hostname.replace(/^\[(.*)\]$/, '$1');
}

const isLocalName = (name: string): boolean => isLoopback(name) || name.endsWith('.localhost');

/** The most frequent hosts, which need no parsing as a URL. */
const COMMON_LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/**
 * Whether the `Host` header of a request is acceptable. If the service listens on a loopback
 * address, the header must name this machine. This prevents DNS rebinding: a web page whose domain
 * resolves to 127.0.0.1 could otherwise read the service.
 */
export function isAllowedHost({ headers }: Pick<IncomingMessage, 'headers'>, listenHost: string): boolean {
  if (!isLoopback(listenHost) || headers.host === undefined) return true;
  if (COMMON_LOCAL_HOST.test(headers.host)) return true;
  const name = hostNameOf(headers.host);
  return name !== null && isLocalName(name);
}

/**
 * Whether a WebSocket was opened by a page of this service, or by a client that is not a browser.
 * Browsers allow any page to open a socket to any host; they only send the origin of the page.
 */
export function isSameOrigin({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}
