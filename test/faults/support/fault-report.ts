import { appendFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Fault } from './fault';
import type { Figures } from './figures';

/** The result of a fault, one line of JSON. `test/faults/print-figures.ts` makes tables of it. */
export interface FaultReport {
  readonly number: number;
  readonly name: string;
  readonly promise: string;
  /** What the fault itself has measured. */
  readonly figures: Figures;
  /** What the whole run has measured; null if several faults shared it. */
  readonly history: Figures | null;
  readonly machine: string;
}

const BYTES_PER_GIB = 1024 ** 3;

function machine(): string {
  const [processor] = cpus();
  const memory = `${Math.round(totalmem() / BYTES_PER_GIB)} GiB of memory`;
  return `${cpus().length} processors (${processor?.model.trim() ?? 'unknown'}), ${memory}, Node.js ${process.version}`;
}

/** Adds the result to the file FAULTS_FIGURES, or writes it to standard error. */
export function report({ number, name, promise }: Fault, figures: Figures, history: Figures | null): void {
  const result: FaultReport = { number, name, promise, figures, history, machine: machine() };
  const line = `${JSON.stringify(result)}\n`;
  const { FAULTS_FIGURES: file } = process.env;
  if (file === undefined) process.stderr.write(line);
  else appendFileSync(file, line);
}
