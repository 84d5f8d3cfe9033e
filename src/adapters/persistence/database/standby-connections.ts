import type { Socket } from 'node:net';
import type { ClientBase, Pool } from 'pg';

/**
 * The connections of a pool to a standby. While one server takes over from another, the address of
 * the database can lead to a standby, and connections would stay with it although the address leads
 * to the primary later: changes would fail, and reads would miss what was changed.
 */
export class StandbyConnections {
  /** Each with the server that it leads to. */
  private readonly streams = new Map<Socket, string>();

  /** Notes where a new connection leads. If to the primary, those to a standby are cut. */
  note(client: ClientBase, { server, isStandby }: ServerOfConnection): void {
    if (isStandby) {
      const { stream } = (client as unknown as OpenClient).connection;
      this.streams.set(stream, server);
      stream.once('close', () => this.streams.delete(stream));
      return;
    }
    for (const [stream, standby] of this.streams) {
      // The standby has become the primary: its connections are as good as the new one.
      if (standby === server) this.streams.delete(stream);
      // A statement in progress is rejected as one whose connection is lost, and is sent again if
      // it only reads.
      else stream.destroy();
    }
  }
}

export interface ServerOfConnection {
  /** The same for all connections to one server since its start. */
  readonly server: string;
  readonly isStandby: boolean;
}

/** Where a connection leads, as columns of a SELECT. */
export const SERVER_OF_CONNECTION = `pg_is_in_recovery() AS "isStandby",
  concat_ws('/', inet_server_addr(), inet_server_port(), pg_postmaster_start_time()) AS server`;

/** What the types of `pg` leave out. */
interface OpenClient {
  readonly connection: { readonly stream: Socket };
}

/** Closes the connections that are not in use, so that the next statement opens one. */
export async function closeIdle(pool: Pool): Promise<void> {
  const close = async (): Promise<void> => (await pool.connect()).release(true);
  await Promise.all(Array.from({ length: pool.idleCount }, close));
}
