import { isIPv4 } from 'node:net';

/**
 * Whether only this machine can reach the address: 127.0.0.0/8, ::1 or localhost (RFC 6890, RFC
 * 6761).
 */
export const isLoopback = (host: string): boolean =>
  host === '::1' || host.toLowerCase() === 'localhost' || (isIPv4(host) && host.startsWith('127.'));
