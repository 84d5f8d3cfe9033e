import type { ServerResponse } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { send } from './send';

/** A number that is read when the metrics are. */
export interface Metric {
  /** Without the prefix `stepdown_`. A counter ends in `_total`. */
  readonly name: string;
  readonly help: string;
  /** The present value; null if there is none, or it cannot be read. */
  readonly read: () => number | null | Promise<number | null>;
}

/** Answers `/metrics` in the text format of Prometheus. No metric says anything of a client. */
export class MetricsEndpoint {
  private readonly registry = new Registry();

  constructor(metrics: readonly Metric[]) {
    collectDefaultMetrics({ register: this.registry });
    for (const { name, help, read } of metrics) this.add(name, help, read);
  }

  async answer(response: ServerResponse): Promise<void> {
    const text = await this.registry.metrics();
    send(response, 200, this.registry.contentType, text);
  }

  private add(name: string, help: string, read: Metric['read']): void {
    const settings = { name: `stepdown_${name}`, help, registers: [this.registry] };
    if (name.endsWith('_total')) {
      new Counter({
        ...settings,
        async collect() {
          const value = (await read()) ?? 0;
          this.reset();
          this.inc(value);
        },
      });
      return;
    }
    new Gauge({
      ...settings,
      async collect() {
        const value = await read();
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  }
}
