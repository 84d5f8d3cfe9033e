import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { Client } from 'pg';
import { ask } from '../../support/program';
import { until } from '../../support/until';
import type { Fault } from '../support/fault';
import type { FaultCluster } from '../support/fault-cluster';
import { localPortsOf } from '../support/local-ports';
import type { Replica } from '../support/replica';

interface Size {
  readonly frozenMs: number;
  /** It must hold so many transactions open, or nothing was tried. */
  readonly leastHeld: number;
}

/** The longest lease: a delivery of a webhook belongs so long to the process that claimed it. */
const LONGEST_LEASE_MS = 60_000;
/** So long after the freeze, what others do has ended. The replica loses its locks later. */
const GATHER_MS = 300;

/** Tickets whose deadlines fall due while the replica has them locked. */
const URGENT = 8;
const SUBMIT = `mutation { submitTicket(input: { subject: "Locked", impacts: [{ audience: ALL, consequence: DOWN }] }) {
  ticket { id } } }`;
const CALL = 'mutation ($id: ID!) { recordCall(input: { ticketId: $id }) { ticket { id } } }';

interface Submitted {
  readonly submitTicket: { readonly ticket: { readonly id: string } };
}

export const FROZEN_REPLICA: Fault<Size> = {
  number: 5,
  name: 'a replica is stopped (SIGSTOP) for twice the longest lease and goes on',
  promise:
    'The others take over what it held, its locks on tickets within 3 seconds; later it writes nothing that is not its own any more.',
  whole: { frozenMs: 2 * LONGEST_LEASE_MS, leastHeld: 1 },
  // Its claims are ended by hand, as if their time had passed. A busy machine may be too late to
  // see its transactions.
  short: { frozenMs: 3_000, leastHeld: 0 },
  run: async (cluster, { frozenMs, leastHeld }) => {
    const [replica] = cluster.replicas;
    if (replica === undefined) throw new Error('There is no replica');
    await cluster.untilAnswered(100);
    const held = await freezeInTransactions(cluster, replica);
    expect(held).toBeGreaterThanOrEqual(leastHeld);
    const until = performance.now() + frozenMs;
    while (performance.now() < until) {
      await cluster.untilAnswered(20);
      await sleep(100);
    }
    if (frozenMs < LONGEST_LEASE_MS) await cluster.endClaims();
    await cluster.untilAnswered(100);
    replica.thaw();
    await replica.untilReady();
    await cluster.untilAnswered(100);
    const fenced = await replica.metric('stepdown_webhook_fenced_total');
    expect(fenced).not.toBeNaN();
    return {
      'frozen s': Math.round(frozenMs / 1_000),
      'transactions that it held open': held,
      'results refused by a fence': fenced,
    };
  },
};

/**
 * Freezes a replica while it has transactions that have locked tickets. They wait for a table, and
 * go on when the replica cannot end them any more.
 *
 * @returns the number of these transactions
 */
async function freezeInTransactions({ database, isProxied }: FaultCluster, replica: Replica): Promise<number> {
  const submitted = await Promise.all(Array.from({ length: URGENT }, () => ask<Submitted>(replica.url, SUBMIT)));
  // The server sees the ports of the proxy if there is one, and not whose connections they are.
  const ports = () => (isProxied ? null : localPortsOf(replica.pid));
  const holder = new Client(database.url);
  holder.on('error', () => undefined);
  await holder.connect();
  try {
    await holder.query('BEGIN; LOCK TABLE events IN EXCLUSIVE MODE');
    for (const { submitTicket } of submitted) {
      // It is carried out when the replica goes on, or not at all.
      ask(replica.url, CALL, { id: submitTicket.ticket.id }).catch(() => undefined);
    }
    await until(
      async () => (await holder.query<{ count: number }>(WAITING, [ports()])).rows[0]?.count ?? 0,
      (count) => count > 0,
    );
    replica.freeze();
  } finally {
    await holder.end();
  }
  // The transactions of the others go on, and end.
  await sleep(GATHER_MS);
  const [row] = await database.query<{ count: number }>(HELD, [ports()]);
  return row?.count ?? 0;
}

/** The connections with these ports; all if it is null. */
const OWN = `SELECT count(*)::integer FROM pg_stat_activity
  WHERE ($1::integer[] IS NULL OR client_port = ANY ($1))`;
/** The transactions that have begun with another statement and wait for a lock. */
const WAITING = `${OWN} AND wait_event_type = 'Lock' AND xact_start < query_start`;
const HELD = `${OWN} AND state = 'idle in transaction'
  AND state_change < now() - interval '${GATHER_MS / 2} milliseconds'`;
