import { v7 as newId } from 'uuid';
import type { Change, Step } from '../../src/application/tickets/change';
import type { Impact } from '../../src/domain/impact';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../src/domain/instant';
import { COMMITMENT_KINDS } from '../../src/domain/policy/policy';
import type { Command } from '../../src/domain/ticket/commands';
import { SEV1, SEV2, SEV3, SEV4 } from './domain';
import { AGENT, newTicket } from './store';

/** Numbers below a bound, the same at every run (Park and Miller). */
export const randomFrom = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * below);
  };
};

const IMPACTS: readonly (readonly Impact[])[] = [SEV1, SEV2, SEV3, SEV4];

/**
 * Changes that let tickets live at random: some commands are refused, some tickets stay open, some
 * breaches are waived. A third are imported histories that end on the way; of the others, half are
 * recorded late, step by step after all that fell due.
 */
export function randomLives(
  count: number,
  { seed, clients, from, days }: { seed: number; clients: readonly string[]; from: EpochMs; days: number },
): readonly Change[] {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const command = (): Command =>
    pick<() => Command>([
      () => ({ type: 'acknowledge' }),
      () => ({ type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'On it.' }),
      () => ({ type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'Still on it.' }),
      () => ({ type: 'applyWorkaround', description: 'By phone', remaining: pick(IMPACTS) }),
      () => ({ type: 'withdrawWorkaround', reason: null }),
      () => ({ type: 'reclassify', impacts: pick(IMPACTS), reason: null }),
      () => ({ type: 'startWaiting', reason: 'CLIENT' }),
      () => ({ type: 'stopWaiting', reason: 'CLIENT' }),
      () => ({ type: 'resolve', resolution: null }),
      () => ({ type: 'reopen', reason: null }),
      () => ({ type: 'close', reason: pick([null, null, 'duplicate']) }),
      () => ({ type: 'assign', assignee: pick(['Ada', 'Grace', null]) }),
      () => ({
        type: 'waiveBreach',
        kind: pick(COMMITMENT_KINDS),
        cycle: 1 + random(2),
        reason: 'Their line was down',
      }),
      () => ({ type: 'rejectWaiver', kind: pick(COMMITMENT_KINDS), cycle: 1 + random(2), reason: 'It was not so' }),
    ])();
  return Array.from({ length: count }, (_, place) => {
    const openedAt = from + random(days * 24 * 60) * MINUTE_MS;
    let at = openedAt;
    const steps = Array.from({ length: random(12) }, (): Step => {
      // Several commands at one instant are as good as any.
      at += pick([0, 10 * MINUTE_MS, HOUR_MS, 26 * HOUR_MS, 80 * HOUR_MS]);
      return { command: command(), at };
    });
    const evidence =
      place % 3 === 0 ? { notMeasured: ['UPDATE' as const], observedUntil: at + random(100) * HOUR_MS } : null;
    if (evidence !== null) steps.push({ command: 'LET_PASS', at: evidence.observedUntil });
    const isLate = evidence === null && place % 2 === 0;
    const input = newTicket(pick(clients), { impacts: pick(IMPACTS), assignee: pick(['Ada', 'Grace', null]) });
    return {
      ticketId: newId(),
      submit: { input, at: openedAt, evidence },
      steps: isLate ? steps.map((step) => ({ ...step, entry: { reason: 'The day was busy' } })) : steps,
      actor: AGENT,
      sees: 'ALL',
      expectedVersion: null,
      idempotency: null,
    };
  });
}
