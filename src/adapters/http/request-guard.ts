import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { type Authority, isAddress, parseAuthority } from './authority';
import { type ClientAddresses, clientAddresses, type TrustProxy } from './client-address';
import { RequestError } from './request-body';

/**
 * Whether only this machine can reach the address: 127.0.0.0/8, ::1 or localhost (RFC 6890, RFC
 * 6761).
 */
export const isLoopback = (host: string): boolean =>
  host === '::1' || host.toLowerCase() === 'localhost' || (isIPv4(host) && host.startsWith('127.'));

/** The ports that a client leaves out of a header, without and with TLS. */
const DEFAULT_PORTS = [80, 443];

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'] as const;

/** An entry of `ALLOWED_HOSTS` in its normal form: `host` for any port, or `host:port`; or null. */
export function parseAllowedHost(text: string): string | null {
  const authority = parseAuthority(text);
  return authority === null ? null : authorityText(authority);
}

const authorityText = ({ host, port }: Authority): string => (port === null ? host : `${host}:${port}`);

/**
 * An entry of `ALLOWED_ORIGINS` in its normal form: an origin, an origin with `*` as its port, or
 * the origin of a browser extension; or null.
 */
export function parseAllowedOrigin(text: string): string | null {
  const [, web, host = '', anyPort] = /^(https?):\/\/(.*?)(:\*)?$/i.exec(text) ?? [];
  if (web === undefined) return /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9_.{}-]+$/i.test(text) ? text.toLowerCase() : null;
  const authority = parseAuthority(host);
  if (authority === null || (anyPort !== undefined && authority.port !== null)) return null;
  const { origin } = new URL(`${web}://${authorityText(authority)}`);
  return `${origin}${anyPort ?? ''}`;
}

export interface GuardSettings {
  /** The address that the service listens on. */
  readonly host: string;
  /** Entries of `parseAllowedHost`; null allows the loopback names, and `host` unless it is all. */
  readonly allowedHosts: readonly string[] | null;
  /** Entries of `parseAllowedOrigin`; null allows the names that are allowed hosts by default. */
  readonly allowedOrigins: readonly string[] | null;
  readonly trustProxy: TrustProxy;
}

export interface RequestGuard {
  /**
   * Checks the host and the origin of a request. A page of another site, or of a domain that
   * resolves to this machine (DNS rebinding), gets no answer.
   *
   * @param isProbe a health check, which a load balancer sends to an IP address or without a host
   * @throws RequestError with status 400, 403 or 421
   */
  check(request: IncomingMessage, isProbe: boolean): void;
  /** The allowed origin that a request names; null if it names none. */
  originOf(request: Pick<IncomingMessage, 'headers'>): string | null;
  /** The address of this service as the client wrote it, such as `http://localhost:4000`. */
  ownAddress(request: IncomingMessage): string;
  /** Whether a trusted proxy says that the client came over TLS. */
  isSecure(request: IncomingMessage): boolean;
  readonly addresses: ClientAddresses;
}

/** @param port the port that the service listens on */
export function createRequestGuard(settings: GuardSettings, port: number): RequestGuard {
  const hosts = new Set(settings.allowedHosts ?? ownNames(settings.host));
  const origins = new Set(
    settings.allowedOrigins ?? ownNames(settings.host).map((host) => new URL(`http://${host}:${port}`).origin),
  );
  const addresses = clientAddresses(settings.trustProxy);

  const isAllowedHost = ({ host, port }: Authority): boolean =>
    hosts.has(host) || (port === null ? DEFAULT_PORTS : [port]).some((one) => hosts.has(`${host}:${one}`));
  const isAllowedOrigin = (origin: string): boolean =>
    origins.has(origin) || origins.has(`${origin.replace(/:\d+$/, '')}:*`);

  /** All hosts that a request names: in its header, its target, and the headers of a proxy. */
  const hostsOf = (request: IncomingMessage): readonly string[] => {
    const named = headerValues(request, 'host');
    if (named.length > 1) throw badRequest('Send one Host header.');
    const forwarded = addresses.isProxied(request) ? forwardedValues(request, 'x-forwarded-host') : [];
    return [...named, ...targetHost(request.url ?? '/'), ...forwarded];
  };

  const isSecure = (request: IncomingMessage): boolean =>
    addresses.isProxied(request) && forwardedValues(request, 'x-forwarded-proto')[0] === 'https';

  return {
    check: (request, isProbe) => {
      const all = hostsOf(request);
      if (all.length === 0 && !isProbe) throw badRequest('Send a Host header.');
      for (const text of all) {
        const authority = parseAuthority(text);
        if (authority === null) throw badRequest('The Host header takes a name or an address, and a port.');
        // No domain can resolve to a page whose address is an IP address.
        if (isAllowedHost(authority) || (isProbe && isAddress(authority.host))) continue;
        throw new RequestError(
          421,
          'MISDIRECTED_REQUEST',
          'The Host header does not name this service; the variable ALLOWED_HOSTS lists its names.',
        );
      }
      const { origin } = request.headers;
      if (origin !== undefined && !isAllowedOrigin(origin)) {
        throw new RequestError(
          403,
          'ORIGIN_NOT_ALLOWED',
          'Pages of this origin may not use this service; the variable ALLOWED_ORIGINS lists those that may.',
        );
      }
    },
    originOf: ({ headers: { origin } }) => (origin !== undefined && isAllowedOrigin(origin) ? origin : null),
    ownAddress: (request) => {
      const isProxied = addresses.isProxied(request);
      const [host = request.headers.host ?? 'localhost'] = isProxied
        ? forwardedValues(request, 'x-forwarded-host')
        : [];
      return `${isSecure(request) ? 'https' : 'http'}://${host}`;
    },
    isSecure,
    addresses,
  };
}

/** The loopback names, and the address to listen on unless it means all addresses. */
function ownNames(host: string): readonly string[] {
  const own = parseAllowedHost(host.includes(':') ? `[${host}]` : host);
  return own === null || own === '0.0.0.0' || own === '[::]' ? LOOPBACK_HOSTS : [...LOOPBACK_HOSTS, own];
}

const badRequest = (sentence: string): RequestError => new RequestError(400, 'BAD_REQUEST', sentence);

/** The host of an absolute address in the place of a path (RFC 9112, 3.2.2). */
function targetHost(target: string): readonly string[] {
  if (target.startsWith('/') || target === '*') return [];
  const [, authority] = /^https?:\/\/([^/?#]*)/i.exec(target) ?? [];
  if (authority === undefined) throw badRequest('Send the path of a resource.');
  return [authority];
}

/** The path and the query of a request target; an absolute address is reduced to them. */
export function pathAndQuery(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** All values of a header; `headers` has only the first of a repeated Host. */
function headerValues({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>, name: string): readonly string[] {
  const values: string[] = [];
  for (let n = 0; n + 1 < rawHeaders.length; n += 2) {
    const header = rawHeaders[n] ?? '';
    if (header.length === name.length && header.toLowerCase() === name) values.push(rawHeaders[n + 1] ?? '');
  }
  return values;
}

const forwardedValues = ({ headers }: Pick<IncomingMessage, 'headers'>, name: string): readonly string[] => {
  const value = headers[name];
  return value === undefined
    ? []
    : String(value)
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
};
