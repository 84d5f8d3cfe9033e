import { describe, expect, it } from '@jest/globals';
import {
  addressGroup,
  clientAddresses,
  parseTrustProxy,
  type TrustProxy,
} from '../../src/adapters/http/client-address';

const NONE: TrustProxy = { kind: 'NONE' };
const request = (peer: string | undefined, forwarded?: string) =>
  ({ socket: { remoteAddress: peer }, headers: { 'x-forwarded-for': forwarded } }) as never;

describe('the address of a client', () => {
  it.each<[string, TrustProxy, string | undefined, string | undefined, string]>([
    ['is that of the peer', NONE, '192.0.2.1', '198.51.100.9', '192.0.2.1'],
    ['is an IPv4 address also on an IPv6 socket', NONE, '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['is an IPv4 address in each form of a mapped one', NONE, '::FFFF:c000:0201', undefined, '192.0.2.1'],
    ['is an IPv4 address in the long form', NONE, '0:0:0:0:0:ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['of a client is so too', { kind: 'HOPS', hops: 1 }, '10.0.0.1', '::ffff:909:909', '9.9.9.9'],
    ['of a client in brackets too', { kind: 'HOPS', hops: 1 }, '10.0.0.1', '[::ffff:ff00:1]:80', '255.0.0.1'],
    ['is unknown once the peer has gone', NONE, undefined, undefined, 'unknown'],
    [
      'is the last that one proxy wrote',
      { kind: 'HOPS', hops: 1 },
      '10.0.0.1',
      '1.1.1.1, 198.51.100.9',
      '198.51.100.9',
    ],
    [
      'is the last but one behind two',
      { kind: 'HOPS', hops: 2 },
      '10.0.0.1',
      '1.1.1.1, 198.51.100.9, 10.0.0.2',
      '198.51.100.9',
    ],
    [
      'is the first if there are fewer than trusted',
      { kind: 'HOPS', hops: 3 },
      '10.0.0.1',
      '198.51.100.9',
      '198.51.100.9',
    ],
    ['is the proxy if it names no client', { kind: 'HOPS', hops: 1 }, '10.0.0.1', undefined, '10.0.0.1'],
    [
      'is the proxy if what it names is no address',
      { kind: 'HOPS', hops: 1 },
      '10.0.0.1',
      '1.1.1.1, unknown',
      '10.0.0.1',
    ],
    ['comes without its port', { kind: 'HOPS', hops: 1 }, '10.0.0.1', '198.51.100.9:5000', '198.51.100.9'],
    ['comes without brackets', { kind: 'HOPS', hops: 1 }, '10.0.0.1', '[2001:DB8::0:9]:5000', '2001:db8::9'],
    [
      'is behind the networks of proxies',
      { kind: 'NETWORKS', networks: ['10.0.0.0/8', 'fd00::/8'] },
      'fd00::1',
      '1.1.1.1, 198.51.100.9, 10.9.9.9',
      '198.51.100.9',
    ],
    [
      'is the peer if that is no proxy',
      { kind: 'NETWORKS', networks: ['10.0.0.1'] },
      '10.0.0.2',
      '198.51.100.9',
      '10.0.0.2',
    ],
  ])('%s', (_, trust, peer, forwarded, expected) => {
    expect(clientAddresses(trust).of(request(peer, forwarded))).toBe(expected);
  });

  it('counts with its network if it is an IPv6 address', () => {
    expect(['192.0.2.1', 'unknown', '2001:db8:1:2:3::4', '2001:db8:1:2::', '::1', 'fe80::1'].map(addressGroup)).toEqual(
      ['192.0.2.1', 'unknown', '2001:db8:1:2::/64', '2001:db8:1:2::/64', '0:0:0:0::/64', 'fe80:0:0:0::/64'],
    );
  });

  it('is not forwarded by 0 proxies', () => {
    expect(parseTrustProxy('0')).toEqual(NONE);
  });
});
