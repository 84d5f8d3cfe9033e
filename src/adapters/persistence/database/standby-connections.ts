import type { Socket } from 'node:net';
import type { ClientBase, Pool } from 'pg';

/**
 * The connections of a pool to a standby. While one server takes over from another, the address of
 * the database can lead to a standby, and connections would stay with it although the address leads
 * to the primary later: changes would fail, and reads would miss what was changed.
 */
export class StandbyConnections {
  private readonly streams = new Set<Socket>();

  /** Notes where a new connection leads. If to the primary, those to a standby are cut. */
  note(client: ClientBase, isStandby: boolean): void {
    if (isStandby) {
      const { stream } = (client as unknown as OpenClient).connection;
      this.streams.add(stream);
      stream.once('close', () => this.streams.delete(stream));
      return;
    }
    // A statement in progress is rejected as one whose connection is lost, and is sent again if it
    // only reads.
    for (const stream of this.streams) stream.destroy();
  }
}

/** What the types of `pg` leave out. */
interface OpenClient {
  readonly connection: { readonly stream: Socket };
}

/** Closes the connections that are not in use, so that the next statement opens one. */
export async function closeIdle(pool: Pool): Promise<void> {
  const close = async (): Promise<void> => (await pool.connect()).release(true);
  await Promise.all(Array.from({ length: pool.idleCount }, close));
}
