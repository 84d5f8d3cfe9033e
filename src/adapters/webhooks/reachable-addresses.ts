import { lookup as dnsLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { WebhookTargets } from '../../application/ports/webhook-sender';
import { hidesSomething } from '../../domain/text';
import { thousands } from '../../domain/thousands';
import { MAX_WEB_ADDRESS } from '../../domain/value-rules';

/** A network in the form of CIDR, such as `10.0.0.0/8`. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** A network, or a single address. Null for any other text. */
export function parseNetwork(text: string): Network | null {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0 || address.includes('%')) return null;
  const most = version === 4 ? 32 : 128;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return null;
  const prefix = bits === undefined ? most : Number(bits);
  return prefix > most ? null : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/**
 * The networks that are not the public internet, by the special-purpose registries of IANA: this
 * host, private, shared, loopback, link-local (with the metadata addresses of clouds), multicast,
 * documentation, benchmarks, reserved, and those that embed IPv4 addresses.
 */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
] as const;

/** All global unicast addresses of IPv6 are in this network. */
const GLOBAL_IPV6 = '2000::/3';
/** Of these, the ones that are not public, or embed an IPv4 address. */
const NOT_PUBLIC_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'] as const;

const listOf = (networks: readonly (Network | null)[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    if (network === null) throw new Error('A network is malformed');
    list.addSubnet(network.address, network.prefix, network.family);
  }
  return list;
};

const refused = listOf([...NOT_PUBLIC, ...NOT_PUBLIC_IPV6].map(parseNetwork));
const globalIpv6 = listOf([parseNetwork(GLOBAL_IPV6)]);

/** Whether an address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !refused.check(address, 'ipv4');
  return version === 6 && globalIpv6.check(address, 'ipv6') && !refused.check(address, 'ipv6');
}

type Lookup = typeof dnsLookup;

/** An address that a request may not go to. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/**
 * Which addresses webhooks may reach: those of the public internet by https, and those of allowed
 * networks also by http and by their number. What a name stands for is checked when a webhook is
 * created, and again for each connection, on the very address that is connected to.
 */
export class ReachableAddresses implements WebhookTargets {
  private readonly allowed: BlockList;

  constructor(
    networks: readonly Network[],
    private readonly resolve: Lookup = dnsLookup,
  ) {
    this.allowed = listOf(networks);
  }

  async problemOf(text: string): Promise<string | null> {
    // `URL` would leave some of them out, so that another address is reached than people see.
    if (hidesSomething(text)) return 'takes a URL without control characters and invisible characters';
    const form = this.problemOfForm(text);
    if (form !== null) return form;
    if (new URL(text).href.length > MAX_WEB_ADDRESS) {
      return `takes a URL of at most ${thousands(MAX_WEB_ADDRESS)} characters when it is encoded`;
    }
    const { hostname, protocol } = new URL(text);
    if (isIP(bare(hostname)) !== 0) return null;
    const error = await new Promise<Error | null>((done) => {
      this.lookupFor(protocol)(hostname, { all: true }, (failed) => done(failed));
    });
    if (error === null) return null;
    return error instanceof AddressRefused ? error.message : 'takes a URL whose host name can be resolved';
  }

  /** The same without looking up the name. */
  problemOfForm(text: string): string | null {
    if (!URL.canParse(text)) return 'takes an absolute URL that begins with https://';
    const { protocol, username, password, hostname, port } = new URL(text);
    if (protocol !== 'https:' && protocol !== 'http:') return 'takes an absolute URL that begins with https://';
    if (port === '0') return 'takes a URL with a port from 1 to 65,535';
    if (username !== '' || password !== '') return 'takes a URL without a user name and a password';
    // `URL` has turned the other forms of an address, such as 0x7f.1, into this one.
    const address = bare(hostname);
    if (isIP(address) === 0) return protocol === 'http:' && this.hasNoNetworks ? HTTPS_ONLY : null;
    return this.isAllowed(address) ? null : 'takes a URL with a host name, not with an IP address';
  }

  /**
   * A function for `net.connect` that finds only addresses that a request of the protocol may go
   * to. For a host that is an address itself, it is not called: check the form of the URL first.
   */
  lookupFor(protocol: string): LookupFunction {
    return (hostname, options, callback) => {
      this.resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, []);
        const usable = addresses.filter(({ address }) => this.mayReach(protocol, address));
        const [first] = usable;
        if (first === undefined) return callback(refusalOf(protocol), []);
        if (options.all === true) return callback(null, usable);
        callback(null, first.address, first.family);
      });
    };
  }

  private mayReach(protocol: string, address: string): boolean {
    return this.isAllowed(address) || (protocol === 'https:' && isPublicAddress(address));
  }

  private isAllowed(address: string): boolean {
    return this.allowed.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }

  private get hasNoNetworks(): boolean {
    return this.allowed.rules.length === 0;
  }
}

const HTTPS_ONLY = 'takes an absolute URL that begins with https://';

const refusalOf = (protocol: string): AddressRefused =>
  new AddressRefused(
    protocol === 'https:'
      ? 'takes a URL whose host has a public address; an operator can allow others with STEPDOWN_WEBHOOK_NETWORKS'
      : `${HTTPS_ONLY}; http:// only for the networks in STEPDOWN_WEBHOOK_NETWORKS`,
  );

/** An IPv6 address without its brackets. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');
