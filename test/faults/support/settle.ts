import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultDatabase } from './fault-database';

/** Something that gets every event, by its id. */
export interface Observer {
  readonly ids: readonly string[];
}

/** Messages that a process had claimed which is gone come after its lease of a minute. */
const MOST_QUIET_MS = 110_000;
const POLL_MS = 250;

/**
 * After the clients have stopped: waits until the last short deadline has fired, every observer has
 * every event, and every delivery is recorded; for as long as there is progress.
 *
 * @returns what is missing in the end; empty if nothing is
 */
export async function untilSettled(
  database: FaultDatabase,
  observers: readonly Observer[],
): Promise<readonly string[]> {
  const count = async (what: string): Promise<number> =>
    (await database.query<{ count: number }>(`SELECT count(*)::integer FROM ${what}`))[0]?.count ?? 0;
  // The other deadlines of the policy are hours away.
  const due = () => count("tickets WHERE next_deadline_at < now() + interval '10 minutes'");
  const unfired = await untilNone(due);
  const events = await count('events');
  const missing = () =>
    observers.map(({ ids }) => Math.max(0, events - new Set(ids).size)).reduce((sum, one) => sum + one, 0);
  await untilNone(missing);
  const pending = await untilNone(() => count("webhook_deliveries WHERE status <> 'DELIVERED'"));
  return [
    ...(unfired === 0 ? [] : [`never fired: ${unfired} tickets have deadlines that are due and not recorded`]),
    ...(pending === 0 ? [] : [`never delivered: ${pending} messages of the webhook`]),
  ];
}

/** Waits for as long as the number changes. @returns the last one */
async function untilNone(left: () => Promise<number> | number): Promise<number> {
  let last = await left();
  for (let changedAt = performance.now(); last > 0 && performance.now() < changedAt + MOST_QUIET_MS; ) {
    await sleep(POLL_MS);
    const now = await left();
    if (now !== last) changedAt = performance.now();
    last = now;
  }
  return last;
}
