import { Presets, SingleBar } from 'cli-progress';

/** Shows the progress of long work: a bar on a terminal, otherwise a line every two seconds. */
export interface Progress {
  /** Ends the current phase and begins one of `total` units. */
  phase(name: string, total: number, unit: string): void;
  update(done: number): void;
  /** Prints a line above the bar. */
  line(text: string): void;
  stop(): void;
}

const LINE_INTERVAL_MS = 2_000;

export function progressOn(output: NodeJS.WritableStream): Progress {
  return 'isTTY' in output && output.isTTY ? bar(output) : plainLines(output);
}

function bar(output: NodeJS.WritableStream): Progress {
  let current: SingleBar | null = null;
  let startedAt = 0;
  let pending: string[] = [];
  const flush = () => {
    if (pending.length === 0) return;
    output.write(`\r\u001b[K${pending.join('\n')}\n`);
    pending = [];
  };
  return {
    phase: (name, total, unit) => {
      current?.stop();
      flush();
      const format = `${name} {bar} {percentage}% | {value}/{total} ${unit} | {speed}/s | {eta_formatted} left`;
      current = new SingleBar({ format, stream: output, hideCursor: true, etaBuffer: 50 }, Presets.shades_classic);
      startedAt = performance.now();
      current.start(total, 0, { speed: '–' });
    },
    update: (done) => {
      flush();
      const seconds = Math.max(0.001, (performance.now() - startedAt) / 1000);
      current?.update(done, { speed: Math.round(done / seconds) });
    },
    line: (text) => pending.push(text),
    stop: () => {
      current?.stop();
      flush();
    },
  };
}

function plainLines(output: NodeJS.WritableStream): Progress {
  let printedAt = 0;
  let startedAt = 0;
  let current = { name: '', total: 0, unit: '' };
  let last = 0;
  const print = (done: number) => {
    const seconds = Math.max(0.001, (performance.now() - startedAt) / 1000);
    const speed = Math.round(done / seconds);
    const left = speed === 0 ? '?' : Math.ceil((current.total - done) / speed);
    const percent = current.total === 0 ? 100 : Math.floor((done * 100) / current.total);
    output.write(
      `${current.name}: ${done}/${current.total} ${current.unit} (${percent}%), ${speed}/s, ${left} s left\n`,
    );
  };
  return {
    phase: (name, total, unit) => {
      current = { name, total, unit };
      startedAt = performance.now();
      printedAt = startedAt;
      last = 0;
    },
    update: (done) => {
      const now = performance.now();
      if (done === last || (now - printedAt < LINE_INTERVAL_MS && done < current.total)) return;
      last = done;
      printedAt = now;
      print(done);
    },
    line: (text) => output.write(`${text}\n`),
    stop: () => undefined,
  };
}
