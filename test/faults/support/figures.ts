/** What a run of a fault has measured. */
export type Figures = Readonly<Record<string, number | string>>;

/** The value at a share of the sorted values, 0 if there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
}

/** Times of recovery as figures, in milliseconds. */
export const recoveryFigures = (name: string, times: readonly number[]): Figures => ({
  [`${name} p50 ms`]: quantile(times, 0.5),
  [`${name} max ms`]: quantile(times, 1),
});

/** The most instants that lie within a time of this length; they are in order. */
export function mostInWindow(instants: readonly number[], windowMs: number): number {
  let first = 0;
  let most = 0;
  for (const [last, at] of instants.entries()) {
    while ((instants[first] ?? at) <= at - windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
