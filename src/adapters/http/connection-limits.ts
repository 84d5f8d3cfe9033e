import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { addressGroup, type ClientAddresses } from './client-address';
import { isLoopback } from './request-guard';

/** The limits of the connections of a process, those of its WebSockets included. */
export interface ConnectionLimits {
  readonly inAll: number;
  /** Of one IPv4 address, or of one IPv6 network of 64 bits, if it is no proxy or this machine. */
  readonly perAddress: number;
}

/** An address with fewer connections than these is let in beyond the limit of all. */
const FEW = 5;
/** The connections beyond the limit of all that are kept for addresses with few. */
const RESERVED = 100;

interface Connection {
  readonly group: string;
  isUpgraded: boolean;
  /** The requests that have no complete answer yet. */
  running: number;
  /** The last of them. */
  request: IncomingMessage | null;
}

/**
 * Keeps the connections below their limits. At a limit, the one that has had no complete request
 * for the longest is closed for a new one, so that clients that connect and send nothing, or send a
 * request slowly, lock out no other. If all are busy, the new one is closed.
 */
export class Connections {
  /** In the order in which they were opened, or had their last answer. */
  private readonly open = new Map<Socket, Connection>();
  private readonly byGroup = new Map<string, number>();

  constructor(
    private readonly limits: ConnectionLimits,
    private readonly addresses: ClientAddresses,
  ) {}

  get count(): number {
    return this.open.size;
  }

  /** Counts a new connection until it is closed, or closes it. */
  add(socket: Socket): void {
    const address = this.addresses.ofPeer({ socket });
    const group = addressGroup(address);
    if (!this.hasRoom(address, group, socket)) {
      socket.destroy();
      return;
    }
    this.open.set(socket, { group, isUpgraded: false, running: 0, request: null });
    this.byGroup.set(group, this.ofGroup(group) + 1);
    socket.once('close', () => this.remove(socket));
  }

  /** A connection is busy from a request that is complete to the end of its answer. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const connection = this.open.get(socket);
    if (connection === undefined) return;
    connection.running += 1;
    connection.request = request;
    response.once('close', () => {
      connection.running -= 1;
      if (connection.running > 0) return;
      connection.request = null;
      // It is the last to become idle.
      if (this.open.delete(socket)) this.open.set(socket, connection);
    });
  }

  /** A connection that has become a WebSocket has the limits of those. */
  upgrade(socket: Socket): void {
    const connection = this.open.get(socket);
    if (connection !== undefined) connection.isUpgraded = true;
  }

  private hasRoom(address: string, group: string, socket: Socket): boolean {
    const { inAll, perAddress } = this.limits;
    const ofGroup = this.ofGroup(group);
    const isOneClient = !isLoopback(address) && !this.addresses.isProxied({ socket });
    if (isOneClient && ofGroup >= perAddress) return this.closeIdle(group);
    if (this.open.size < inAll) return true;
    const [largest = group] = [...this.byGroup].reduce((a, b) => (b[1] > a[1] ? b : a), [group, ofGroup]);
    if (this.closeIdle(largest) || this.closeIdle(null)) return true;
    return ofGroup < FEW && this.open.size < inAll + RESERVED;
  }

  /** Closes the connection of a group, or of any, that has been idle the longest. */
  private closeIdle(group: string | null): boolean {
    for (const [socket, connection] of this.open) {
      if ((group !== null && connection.group !== group) || !isIdle(connection)) continue;
      this.remove(socket);
      socket.destroy();
      return true;
    }
    return false;
  }

  private ofGroup(group: string): number {
    return this.byGroup.get(group) ?? 0;
  }

  private remove(socket: Socket): void {
    const connection = this.open.get(socket);
    if (connection === undefined) return;
    this.open.delete(socket);
    const left = this.ofGroup(connection.group) - 1;
    if (left === 0) this.byGroup.delete(connection.group);
    else this.byGroup.set(connection.group, left);
  }
}

const isIdle = ({ isUpgraded, running, request }: Connection): boolean =>
  !isUpgraded && (running === 0 || (running === 1 && request?.complete === false));
