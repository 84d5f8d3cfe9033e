// Generates load over HTTP from a separate process: as many requests as the server answers, over
// connections that stay open. Each connection has its own list of requests, so that no two send the
// same request at the same time.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { randomFrom } from './calendar-questions.mjs';

const SELF = fileURLToPath(import.meta.url);
const LIST = 300;

/**
 * Runs one round.
 *
 * @param job `url`, `connections`, `seconds`, and the request: `method`, `path`, `headers` and
 * `body`, in which `{id}` is replaced by one of `ids` at random.
 * @returns requests answered, per second and in total, and the latency in milliseconds at the 50th
 * and 99th percentile.
 */
export const load = async (job) => {
  const child = fork(SELF, ['--load'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    child.send(job);
    const [answer] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`The load generator ended with ${code}`);
      }),
    ]);
    if (answer.failed > 0) throw new Error(`${answer.failed} requests of a round failed`);
    return answer;
  } finally {
    child.kill();
  }
};

const generate = async ({ url, connections, seconds, method, path, headers, body, ids, seed }) => {
  const autocannon = createRequire(import.meta.url)('autocannon');
  const random = randomFrom(seed);
  const fill = (text, id) => text?.replaceAll('{id}', id);
  const began = performance.now();
  const result = await autocannon({
    url: ids === undefined ? `${url}${path}` : url,
    connections,
    duration: seconds,
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json', ...headers },
    body: ids === undefined ? body : undefined,
    setupClient: (client) => {
      if (ids === undefined) return;
      client.setRequests(
        Array.from({ length: LIST }, () => {
          const id = ids[random(ids.length)];
          return { method, path: fill(path, id), body: fill(body, id), headers: client.opts.headers };
        }),
      );
    },
  });
  const spent = result.duration || (performance.now() - began) / 1000;
  const requests = result['2xx'];
  return {
    requests,
    perSecond: requests / spent,
    failed: result.non2xx + result.errors + result.timeouts,
    bytes: result.throughput.total,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
};

if (process.argv[1] === SELF && process.argv[2] === '--load') {
  process.once('message', async (job) => {
    process.send(await generate(job));
  });
  process.once('disconnect', () => process.exit());
}
