/** Levenshtein's distance: how many letters to insert, drop or replace, whatever their case. */
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

/** The name known that is closest to what was written, at most that many letters away. */
export function nearestTo(written: string, known: Iterable<string>, most: number): string | undefined {
  if (written.length > 64) return undefined; // nothing known is that long, and the distance costs length times length
  let best: string | undefined;
  let least = most + 1;
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

/** `; did you mean "x"?` where one of the names known is close to what was written, otherwise nothing. */
export function didYouMean(written: string, known: Iterable<string>): string {
  const best = nearestTo(written, known, Math.max(1, Math.floor((written.length + 1) / 3)));
  return best === undefined ? '' : `; did you mean "${best}"?`;
}
