import { isIP, isIPv6 } from 'node:net';

/** The host and port of a URL or of a `Host` header. */
export interface Authority {
  /** A name in lower case without a final dot, an IPv4 address, or an IPv6 address in brackets. */
  readonly host: string;
  /** Null if there is none. */
  readonly port: number | null;
}

const AUTHORITY = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9_](?:[a-z0-9_.-]{0,252})))(?::(\d{0,5}))?$/i;

/**
 * Parses `host`, `host:` or `host:port`; null for anything else, such as a user name or an escape.
 */
export function parseAuthority(text: string): Authority | null {
  const [, ipv6, name, digits] = AUTHORITY.exec(text) ?? [];
  // RFC 3986, 3.2.3: a port can be empty, and then is the one of the scheme.
  const port = digits === undefined || digits === '' ? null : Number(digits);
  if (port !== null && port > 65_535) return null;
  if (ipv6 !== undefined) return isIPv6(ipv6) ? { host: `[${shortIPv6(ipv6)}]`, port } : null;
  return name === undefined ? null : { host: name.toLowerCase().replace(/\.$/, ''), port };
}

/** The shortest form of an IPv6 address. */
export const shortIPv6 = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** Whether a host is an IP address and not a name. */
export const isAddress = (host: string): boolean => isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0;
