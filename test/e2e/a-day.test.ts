import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { requestCallers } from '../../src/adapters/http/request-callers';
import { type ClockedService, startClockedService } from '../support/clocked-service';
import { carryOutPage } from '../support/page-script';
import { commands, openStore, type TestStore } from '../support/store';

// docs/A-DAY.md, from first to last: the time is what the page says, the service is real, the
// commands run in processes of their own. WRITE_PAGE=1 writes what is printed into the page.

const ROOT = join(__dirname, '../..');
const PAGE = join(ROOT, 'docs/A-DAY.md');
const PROGRAM = join(ROOT, 'bin/stepdown.js');
const ZONE = 'America/New_York';

let store: TestStore;
/** Each person works with a service of the same database, which knows who it is. */
let services: Readonly<Record<string, ClockedService>>;

beforeAll(async () => {
  store = await openStore();
  services = { ada: await serviceFor('Ada'), grace: await serviceFor('Grace') };
});
afterAll(async () => {
  for (const service of Object.values(services)) await service.closeServer();
  await store.close();
});

const NO_KEYS = {
  identify: () => {
    throw new Error('There are no keys');
  },
  knows: () => false,
};

const serviceFor = (operator: string): Promise<ClockedService> =>
  startClockedService(
    { callers: requestCallers({ operator, authenticationRequired: false, authenticator: NO_KEYS }) },
    store,
  );

/** Runs a line of a shell in which `stepdown` is the program; gives all that it prints. */
const shell = (line: string, url: string): Promise<string> =>
  new Promise((resolve) => {
    const program = `stepdown() { "${process.execPath}" "${PROGRAM}" "$@"; }`;
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, TZ: ZONE, STEPDOWN_URL: url };
    execFile('bash', ['-c', `${program}\n${line} 2>&1`], { env, cwd: ROOT }, (_error, stdout) => resolve(stdout));
  });

/** Moves the time, and lets the engine record on its way what falls due. */
async function moveTo(at: number): Promise<void> {
  for (;;) {
    const { rows } = await store.owner.pool.query<{ id: string; next_deadline_at: number }>(
      'SELECT id, next_deadline_at FROM tickets WHERE next_deadline_at < $1 ORDER BY next_deadline_at LIMIT 1',
      [new Date(at)],
    );
    const [next] = rows;
    if (next === undefined) break;
    store.clock.moveTo(Math.max(store.clock.now(), Number(next.next_deadline_at) + 1));
    await store.changeTickets([{ ...commands(next.id, []), steps: [{ command: 'LET_PASS', at: null }] }]);
  }
  store.clock.moveTo(at);
}

/** A ticket is written as its number in angle brackets where the API takes its id. */
async function withIds(query: string): Promise<string> {
  const [, number] = /<(\d+)>/.exec(query) ?? [];
  if (number === undefined) return query;
  const answer = await services.grace?.data('query ($number: Int!) { ticket(number: $number) { id } }', {
    number: Number(number),
  });
  return query.replaceAll(`<${number}>`, answer.ticket.id);
}

it('goes as the page says', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const carriedOut = await carryOutPage(page, {
    moveTo,
    run: (person, command) => shell(command, services[person]?.url ?? ''),
    ask: async (query) => {
      const { data, errors } = (await services.grace?.ask(await withIds(query))) ?? { data: null, errors: [] };
      return errors.length > 0 ? { errors: errors.map(({ message }) => ({ message })) } : data;
    },
  });
  if (process.env.WRITE_PAGE === '1') writeFileSync(PAGE, carriedOut);
  expect(carriedOut).toBe(page);
});
