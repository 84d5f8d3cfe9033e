const MAX_RANGES = 20;

/** Lines of a file as ranges, `4, 7–9`. After 20 ranges, only the number of all lines follows. */
export function lineRanges(lines: readonly number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const line of [...lines].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && line === last[1] + 1) last[1] = line;
    else ranges.push([line, line]);
  }
  const shown = ranges.slice(0, MAX_RANGES).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
  const isCut = ranges.length > MAX_RANGES;
  return `${shown.join(', ')}${isCut ? ` … (${lines.length} lines)` : ''}`;
}
