import type { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { isPublicAddress, parseNetwork, ReachableAddresses } from '../../src/adapters/webhooks/reachable-addresses';

/** A resolver that knows these names. Each look-up of a name takes the next of its answers. */
const dnsOf = (names: Record<string, readonly (readonly string[])[]>): typeof lookup => {
  const turns = new Map<string, number>();
  return ((name: string, _options: object, done: (error: Error | null, found: object[]) => void) => {
    const turn = turns.get(name) ?? 0;
    turns.set(name, turn + 1);
    const answers = names[name];
    if (answers === undefined) return done(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }), []);
    const answer = answers[Math.min(turn, answers.length - 1)] ?? [];
    done(
      null,
      answer.map((address) => ({ address, family: isIP(address) })),
    );
  }) as unknown as typeof lookup;
};

const network = (text: string) => {
  const parsed = parseNetwork(text);
  if (parsed === null) throw new Error(text);
  return parsed;
};

describe('an address of the public internet', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.0.1',
    '172.32.0.1',
    '100.63.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00::1',
  ])('is %s', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '100::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    'example.com',
  ])('is not %s', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('a URL', () => {
  const dns = dnsOf({
    'hooks.example.com': [['93.184.216.34']],
    'inside.example.com': [['10.0.0.5']],
    'both.example.com': [['10.0.0.5', '93.184.216.34']],
    localhost: [['127.0.0.1', '::1']],
  });
  const strict = new ReachableAddresses([], dns);
  const open = new ReachableAddresses([network('10.0.0.0/24')], dns);

  it.each(['https://hooks.example.com/x', 'https://hooks.example.com:8443/x?y=1', 'https://both.example.com/'])(
    '%s may be reached',
    async (url) => expect(await strict.problemOf(url)).toBe(null),
  );

  it.each([
    ['http://hooks.example.com/', 'https://'],
    ['ftp://hooks.example.com/', 'https://'],
    ['file:///etc/passwd', 'https://'],
    ['hooks.example.com', 'https://'],
    ['https://user:secret@hooks.example.com/', 'without a user name and a password'],
    ['https://127.0.0.1/', 'with a host name, not with an IP address'],
    ['https://2130706433/', 'not with an IP address'],
    ['https://0x7f.1/', 'not with an IP address'],
    ['https://0177.0.0.1/', 'not with an IP address'],
    ['https://127.1/', 'not with an IP address'],
    ['https://[::1]/', 'not with an IP address'],
    ['https://[::ffff:7f00:1]/', 'not with an IP address'],
    ['https://8.8.8.8/', 'not with an IP address'],
    ['https://１２７.0.0.1/', 'not with an IP address'],
    ['https://inside.example.com/', 'a public address'],
    ['https://localhost/', 'a public address'],
    ['https://unknown.example.com/', 'can be resolved'],
    ['https://hooks.example.com:0/', 'a port from 1 to 65,535'],
    ['https://hooks.exam\r\nple.com/', 'without control characters'],
    ['https://hooks.example.com/a\tb', 'without control characters'],
    ['https://hooks.exam\u200bple.com/', 'invisible characters'],
    [`https://hooks.example.com/${'ä'.repeat(500)}`, 'at most 2,048 characters when it is encoded'],
  ])('%s is refused', async (url, problem) => {
    const found = await strict.problemOf(url);
    expect(found).toContain(problem);
    expect(found).not.toContain('secret');
  });

  it('of an allowed network may be reached also by http and by its number, and no other', async () => {
    for (const url of ['http://10.0.0.5/', 'https://10.0.0.5/', 'http://inside.example.com/']) {
      expect(await open.problemOf(url)).toBe(null);
    }
    expect(await open.problemOf('https://hooks.example.com/')).toBe(null);
    expect(await open.problemOf('http://hooks.example.com/')).toContain('STEPDOWN_WEBHOOK_NETWORKS');
    expect(await open.problemOf('http://10.0.1.5/')).toContain('not with an IP address');
    expect(await open.problemOf('https://localhost/')).toContain('a public address');
  });
});

describe('the address that is connected to', () => {
  const connectTo = (addresses: ReachableAddresses, host: string, all: boolean) =>
    new Promise((done) =>
      addresses.lookupFor('https:')(host, { all }, (error, found, family) => done(error?.name ?? [found, family])),
    );

  it('is checked again, so that a name which has moved inside is not reached', async () => {
    const addresses = new ReachableAddresses([], dnsOf({ 'rebind.example.com': [['93.184.216.34'], ['127.0.0.1']] }));
    expect(await addresses.problemOf('https://rebind.example.com/')).toBe(null);
    expect(await connectTo(addresses, 'rebind.example.com', false)).toBe('AddressRefused');
  });

  it('is one of those that may be reached', async () => {
    const addresses = new ReachableAddresses([], dnsOf({ 'both.example.com': [['10.0.0.5', '93.184.216.34']] }));
    expect(await connectTo(addresses, 'both.example.com', false)).toEqual(['93.184.216.34', 4]);
    expect(await connectTo(addresses, 'both.example.com', true)).toEqual([
      [{ address: '93.184.216.34', family: 4 }],
      undefined,
    ]);
  });
});

describe('a network', () => {
  it.each(['10.0.0.0/8', '10.0.0.1', '::1', 'fd00::/8'])('is %s', (text) => expect(parseNetwork(text)).not.toBe(null));
  it.each(['10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'localhost', '10.0.0.0/8/8', '10.0.0.0/x', 'fe80::1%eth0', ''])(
    'is not %s',
    (text) => expect(parseNetwork(text)).toBe(null),
  );
});
