import type { ServerResponse } from 'node:http';

/**
 * What every answer says to browsers: not to show it as anything but data. The pages of the
 * explorer replace the policy, and their files may be kept.
 */
const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['cache-control', 'no-store'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['origin-agent-cluster', '?1'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['x-dns-prefetch-control', 'off'],
  ['x-frame-options', 'DENY'],
  ['x-permitted-cross-domain-policies', 'none'],
  // The filter of old browsers can be used to leave out parts of a page.
  ['x-xss-protection', '0'],
];

/** A year. Without subdomains: they are not of this service. */
const STRICT_TRANSPORT_SECURITY = 'max-age=31536000';

/** @param isSecure whether the client came over TLS, as a trusted proxy says */
export function setSecurityHeaders(response: ServerResponse, isSecure: boolean): void {
  for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
  if (isSecure) response.setHeader('strict-transport-security', STRICT_TRANSPORT_SECURITY);
}

/** The same as lines of an answer that is written by hand. */
export const SECURITY_HEADER_LINES = SECURITY_HEADERS.map(([name, value]) => `${name}: ${value}\r\n`).join('');
