/** The Levenshtein distance: the number of letters to insert, delete or replace. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** No known name is longer, and the cost is quadratic. */
const LONGEST_COMPARED = 64;

/** A third of the letters may differ. */
const plausibleDistance = (written: string): number => Math.max(1, Math.floor((written.length + 1) / 3));

/**
 * The known name with the smallest distance, ignoring case; undefined if every distance exceeds
 * `maxDistance`.
 */
export function nearestTo(
  written: string,
  known: Iterable<string>,
  maxDistance = plausibleDistance(written),
): string | undefined {
  if (written.length > LONGEST_COMPARED) return undefined;
  let best: string | undefined;
  let least = maxDistance + 1;
  for (const name of known) {
    if (Math.abs(name.length - written.length) >= least) continue;
    const steps = distance(written.toLowerCase(), name.toLowerCase());
    if (steps < least) {
      least = steps;
      best = name;
    }
  }
  return best;
}

/** `; did you mean "x"?` if a known name is close to what was written, otherwise an empty text. */
export function didYouMean(written: string, known: Iterable<string>): string {
  const best = nearestTo(written, known);
  return best === undefined ? '' : `; did you mean "${best}"?`;
}
