// Prints the tables of docs/RELIABILITY.md: npm run faults:tables FIGURES.jsonl
import { readFileSync } from 'node:fs';
import type { FaultReport } from './support/fault-report';
import type { Figures } from './support/figures';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Give the file that FAULTS_FIGURES named while the faults ran');

/** Of several runs of a fault, the last one. */
const reports = new Map<number, FaultReport>();
for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
  const report = JSON.parse(line) as FaultReport;
  reports.set(report.number, report);
}
const inOrder = [...reports.values()].sort((a, b) => a.number - b.number);

const textOf = (value: number | string): string => (typeof value === 'number' ? value.toLocaleString('en') : value);

const inWords = (figures: Figures): string =>
  Object.entries(figures)
    .map(([name, value]) => `${name}: ${textOf(value)}`)
    .join('; ');

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const faults = tableOf(
  ['#', 'fault', 'what is promised', 'measured'],
  inOrder.map(({ number, name, promise, figures }) => [`${number}`, name, promise, inWords(figures)]),
);
const names = [...new Set(inOrder.flatMap(({ history }) => Object.keys(history ?? {})))];
const histories = tableOf(
  ['#', ...names],
  inOrder.map(({ number, history }) => [`${number}`, ...names.map((name) => textOf(history?.[name] ?? ''))]),
);
const machines = [...new Set(inOrder.map(({ machine }) => machine))];
process.stdout.write(`${faults}\n\n${histories}\n\n${machines.join('\n')}\n`);
