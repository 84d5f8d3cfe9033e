import type { WriteStream } from 'node:tty';
import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a long piece of work is: a bar on a terminal, now and then a plain line elsewhere. */
export interface Progress {
  /** Begins a phase of so many units; ends the one before. */
  phase(name: string, total: number, unit: string): void;
  update(done: number): void;
  /** Says something without breaking the bar. */
  line(text: string): void;
  stop(): void;
}

const PLAIN_EVERY_MS = 2_000;

export function progressOn(output: NodeJS.WriteStream | WriteStream): Progress {
  return output.isTTY ? bar(output) : plainLines(output);
}

function bar(output: NodeJS.WriteStream): Progress {
  let current: SingleBar | null = null;
  let began = 0;
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
      began = performance.now();
      current.start(total, 0, { speed: '–' });
    },
    update: (done) => {
      flush();
      const seconds = Math.max(0.001, (performance.now() - began) / 1000);
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
  let said = 0;
  let began = 0;
  let current = { name: '', total: 0, unit: '' };
  let last = 0;
  const say = (done: number) => {
    const seconds = Math.max(0.001, (performance.now() - began) / 1000);
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
      began = performance.now();
      said = began;
      last = 0;
    },
    update: (done) => {
      const now = performance.now();
      if (done === last || (now - said < PLAIN_EVERY_MS && done < current.total)) return;
      last = done;
      said = now;
      say(done);
    },
    line: (text) => output.write(`${text}\n`),
    stop: () => undefined,
  };
}
