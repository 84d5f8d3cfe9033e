import { nearestTo } from '../../domain/nearest';

/** The most names that the message lists. */
const MAX_LISTED_NAMES = 5;

/** The parts of a name that is not known, to look for others with. */
export function partsOfName(written: string): readonly string[] {
  const words = written.split(/\s+/).filter((word) => word !== '');
  return [...new Set([written, ...words, written.slice(0, 3)])].filter((part) => part.trim().length > 1).slice(0, 4);
}

/**
 * The message for the name of a client that does not exist, with the names that are like it.
 *
 * @param names those that have a part of the written name
 */
export function unknownClientText(written: string, names: readonly string[]): string {
  const unique = [...new Set(names)];
  const nearest = nearestTo(written, unique);
  const listed = [...(nearest === undefined ? [] : [nearest]), ...unique.filter((name) => name !== nearest)];
  const near = listed.slice(0, MAX_LISTED_NAMES).map((name) => JSON.stringify(name));
  const advice = near.length === 0 ? 'No name of a client is like it.' : `Similar names: ${near.join(', ')}.`;
  return `There is no client ${JSON.stringify(written)}, or you may not see it. ${advice}`;
}
