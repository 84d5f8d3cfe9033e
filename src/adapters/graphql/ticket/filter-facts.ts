import type { TicketFilter } from '../../../application/ports/ticket-filter';
import { didYouMean } from '../../../domain/nearest';
import type { RequestContext } from '../context';
import { badInput } from '../errors';

const HALVES = [
  ['audience', 'audiences'],
  ['consequence', 'consequences'],
] as const;

/**
 * Refuses a filter with a code that no policy has that the caller may see. Only a code that the
 * default policy does not have costs a statement.
 *
 * @throws GraphQLError
 */
export async function refuseUnknownFacts(
  { services: { policies }, caller }: RequestContext,
  filter: TicketFilter,
): Promise<void> {
  const written = HALVES.flatMap(([half, list]) => [...codesIn(filter, half)].map((code) => ({ half, list, code })));
  if (written.length === 0) return;
  // A command can read tickets of other policies while the default one is not published.
  const usual = await policies.current(null).catch(() => null);
  const unusual = written.filter(({ list, code }) => usual?.facts[list].some((fact) => fact.code === code) !== true);
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
