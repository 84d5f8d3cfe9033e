import type { TicketFilter } from '../../../application/ports/ticket-filter';
import { didYouMean } from '../../../domain/nearest';
import { codesOf } from '../../../domain/policy/facts';
import type { RequestContext } from '../context';
import { badInput } from '../errors';

const HALVES = [
  ['audience', 'audiences'],
  ['consequence', 'consequences'],
] as const;

/**
 * Refuses a filter with a code that no published policy has. Only a code that the default policy
 * does not have costs a statement.
 *
 * @throws GraphQLError
 */
export async function refuseUnknownFacts(
  { services: { policies }, caller }: RequestContext,
  filter: TicketFilter,
): Promise<void> {
  const written = HALVES.flatMap(([half, list]) => [...codesIn(filter, half)].map((code) => ({ half, list, code })));
  if (written.length === 0) return;
  const { facts } = await policies.current(null);
  const unusual = written.filter(({ list, code }) => !codesOf(facts[list]).includes(code));
  if (unusual.length === 0) return;
  const published = await policies.publishedFacts(caller);
  for (const { half, list, code } of unusual) {
    const known = published[list];
    if (known.includes(code)) continue;
    throw badInput(`filter.${half}: no published policy has the ${half} ${code}${didYouMean(code, known) || '.'}`);
  }
}

function* codesIn(filter: TicketFilter, half: 'audience' | 'consequence'): Generator<string> {
  const { eq, in: among = [], nin = [] } = filter[half] ?? {};
  if (eq != null) yield eq;
  yield* among;
  yield* nin;
  const inner = [...(filter.and ?? []), ...(filter.or ?? []), ...(filter.not === undefined ? [] : [filter.not])];
  for (const part of inner) yield* codesIn(part, half);
}
