// Statistics and tables that all benchmarks share.

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Rounds to three significant digits. */
export const rounded = (value) => Number(value.toPrecision(3));

/** The median of the rounds, with the least and the greatest value. */
export const summaryOf = (values) => ({
  median: rounded(median(values)),
  least: rounded(Math.min(...values)),
  greatest: rounded(Math.max(...values)),
});

/** Divides round by round, so that a temporary load on the machine slows both sides of a ratio. */
export const ratiosOf = (ours, theirs) => summaryOf(ours.map((value, round) => value / theirs[round]));

export const whole = (value) => Math.round(value).toLocaleString('en-US');

/** A Markdown table; all columns but the first are aligned to the right. */
export const table = (head, rows) => {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const sides = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(sides), ...rows.map(line)].join('\n');
};

/** `12.3 (11.9–12.8)` */
export const withSpread = ({ median: middle, least, greatest }, show = (value) => value.toLocaleString('en-US')) =>
  `${show(middle)} (${show(least)}–${show(greatest)})`;
