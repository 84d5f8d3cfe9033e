import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { shortIPv6 } from './authority';

/**
 * Which proxies may say for whom a request is (`X-Forwarded-For`, `X-Forwarded-Host`,
 * `X-Forwarded-Proto`): none, the last proxies before this service by their number, or those with
 * certain addresses.
 */
export type TrustProxy =
  | { readonly kind: 'NONE' }
  | { readonly kind: 'HOPS'; readonly hops: number }
  /** IP addresses and networks in CIDR notation. */
  | { readonly kind: 'NETWORKS'; readonly networks: readonly string[] };

export const MAX_PROXY_HOPS = 10;

/** What `TRUST_PROXY` takes: `false`, a number, or a list of addresses; null for anything else. */
export function parseTrustProxy(text: string): TrustProxy | null {
  if (text === 'false') return { kind: 'NONE' };
  if (/^\d{1,2}$/.test(text)) {
    const hops = Number(text);
    if (hops > MAX_PROXY_HOPS) return null;
    return hops === 0 ? { kind: 'NONE' } : { kind: 'HOPS', hops };
  }
  const networks = text.split(',').map((part) => part.trim());
  return networks.every(isNetwork) ? { kind: 'NETWORKS', networks } : null;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (rest.length > 0 || isIP(address) === 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
}

export interface ClientAddresses {
  /** The IP address of the client, of the first proxy that is not trusted, or `unknown`. */
  of(request: Pick<IncomingMessage, 'headers' | 'socket'>): string;
  /** The IP address at the other end of the connection, or `unknown`. */
  ofPeer(request: Pick<IncomingMessage, 'socket'>): string;
  /** Whether the headers of the direct peer of a request are trusted. */
  isProxied(request: Pick<IncomingMessage, 'socket'>): boolean;
}

/** Reads the addresses of clients, behind the proxies that are trusted. */
export function clientAddresses(trust: TrustProxy): ClientAddresses {
  const isTrusted = trustedBy(trust);
  // A connection carries many requests.
  const peers = new WeakMap<IncomingMessage['socket'], string>();
  const peerOf = ({ socket }: Pick<IncomingMessage, 'socket'>): string => {
    const peer = peers.get(socket) ?? plainAddress(socket.remoteAddress) ?? 'unknown';
    peers.set(socket, peer);
    return peer;
  };
  return {
    of: (request) => {
      const peer = peerOf(request);
      if (trust.kind === 'NONE') return peer;
      const forwarded = String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .reverse();
      let client = peer;
      let distance = 0;
      for (const entry of forwarded) {
        if (!isTrusted(client, distance)) break;
        const address = plainAddress(entry.trim());
        // What stands before an entry that is no address was not written by a trusted proxy.
        if (address === null) break;
        client = address;
        distance += 1;
      }
      return client;
    },
    ofPeer: peerOf,
    isProxied: (request) => isTrusted(peerOf(request), 0),
  };
}

/** @returns whether an address, that many proxies away from this service, is a trusted proxy */
function trustedBy(trust: TrustProxy): (address: string, distance: number) => boolean {
  if (trust.kind === 'NONE') return () => false;
  if (trust.kind === 'HOPS') return (_address, distance) => distance < trust.hops;
  const list = new BlockList();
  for (const network of trust.networks) {
    const [address = '', bits] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** `::ffff:10.0.0.1`, `10.0.0.1:5000` and `[::1]:5000` without what surrounds the address. */
function plainAddress(text: string | undefined): string | null {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(text ?? '') ?? [];
  const address = (bracketed ?? text ?? '').replace(/^([\d.]+):\d+$/, '$1').replace(/%.*$/, '');
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return null;
  // The shortest form of a mapped address is hexadecimal, in whichever form it was written.
  const short = shortIPv6(address);
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const bits = Number.parseInt(high, 16) * 0x10000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}

/** What a limit per address counts as one: an IPv4 address, or an IPv6 network of 64 bits. */
export function addressGroup(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    while (groups.length + last.length < 8) groups.push('0');
    groups.push(...last);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
