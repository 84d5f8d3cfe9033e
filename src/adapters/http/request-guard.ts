import type { IncomingMessage } from 'node:http';
import { isLoopback } from './loopback';

/** The host name of a `Host` header or an origin, without its port; null where it is malformed. */
function hostNameOf(authority: string): string | null {
  if (!URL.canParse(`http://${authority}/`)) return null;
  return new URL(`http://${authority}/`).hostname.replace(/^\[(.*)\]$/, '$1');
}

const isLocalName = (name: string): boolean => isLoopback(name) || name.endsWith('.localhost');

/** Nearly every request's; it spares them the reading as a URL. */
const USUAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/**
 * Whether the request was meant for this service. While it listens for this machine alone, a page from elsewhere could
 * still reach it through a name of its own that points here; such a request carries that name.
 */
export function isMeantForUs({ headers }: Pick<IncomingMessage, 'headers'>, listenHost: string): boolean {
  if (!isLoopback(listenHost) || headers.host === undefined) return true;
  if (USUAL_HOST.test(headers.host)) return true;
  const name = hostNameOf(headers.host);
  return name !== null && isLocalName(name);
}

/**
 * Whether a WebSocket was opened by a page of this service itself, or by no page at all. Browsers let any page open a
 * socket to anywhere and only say whose page it is.
 */
export function isOwnOrigin({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}
