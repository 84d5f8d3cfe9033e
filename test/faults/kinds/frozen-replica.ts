import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ask } from '../../support/program';
import type { Fault } from '../support/fault';
import type { FaultCluster } from '../support/fault-cluster';
import type { Replica } from '../support/replica';

interface Size {
  readonly frozenMs: number;
}

/** The longest lease: a delivery of a webhook belongs so long to the process that claimed it. */
const LONGEST_LEASE_MS = 60_000;
/** So long, changes wait for the table with their tickets locked; below the limit of that wait. */
const GATHER_MS = 150;

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
  whole: { frozenMs: 2 * LONGEST_LEASE_MS },
  // Its claims are ended by hand, as if their time had passed.
  short: { frozenMs: 3_000 },
  run: async (cluster, { frozenMs }) => {
    const [replica] = cluster.replicas;
    if (replica === undefined) throw new Error('There is no replica');
    await cluster.untilAnswered(100);
    const held = await freezeInTransactions(cluster, replica);
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
async function freezeInTransactions({ database }: FaultCluster, replica: Replica): Promise<number> {
  const submitted = await Promise.all(Array.from({ length: URGENT }, () => ask<Submitted>(replica.url, SUBMIT)));
  const holder = new Client(database.url);
  await holder.connect();
  try {
    await holder.query('BEGIN; LOCK TABLE events IN EXCLUSIVE MODE');
    for (const { submitTicket } of submitted) {
      // It is carried out when the replica goes on, or not at all.
      ask(replica.url, CALL, { id: submitTicket.ticket.id }).catch(() => undefined);
    }
    await sleep(GATHER_MS);
    replica.freeze();
  } finally {
    await holder.end();
  }
  // The transactions of the others go on, and end.
  await sleep(2 * GATHER_MS);
  const [row] = await database.query<{ held: number }>(
    `SELECT count(*)::integer AS held FROM pg_stat_activity
      WHERE state = 'idle in transaction' AND state_change < now() - interval '${GATHER_MS} milliseconds'`,
  );
  return row?.held ?? 0;
}
