// Measures what row-level security (ADR 029) costs on the read of one ticket and on a submission,
// over HTTP: the processor time of the service and of the sessions of its database, against the
// same service without it (without-row-security.cjs). Needs `npm run build` and `npm ci` in bench/.
// Run: node bench/row-security.mjs [ROUNDS]
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from './load.mjs';
import { inTemporaryFolder, processorSeconds, ROOT } from './processes.mjs';
import { QUESTIONS } from './read-ticket.mjs';
import { ask, startService } from './service.mjs';
import { median, ratiosOf, rounded } from './stats.mjs';

const CONNECTIONS = 16;
const SECONDS = 1.5;
const WARM_UP = 3;
const TICKETS = 300;
const AIM = 1.1;

const SUBMIT = `mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) {
  ticket { id number severity sla { response { dueAt } update { dueAt } resolution { dueAt } } } userErrors { message } } }`;
const input = {
  subject: 'Checkout is down',
  description: 'Since this morning the checkout answers with an error after the address was entered.',
  channel: 'EXTRANET',
  impacts: [{ audience: 'SOME_END_USERS', consequence: 'ORDERING_BLOCKED' }],
};

/** The processes of the server in a data folder, whose sessions are kept by the pool. */
const sessionsOf = (dataDir) => {
  const postmaster = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0];
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1] === postmaster;
    } catch {
      return false;
    }
  });
};

const spentBy = (pids) => new Map(pids.map((pid) => [pid, processorSeconds(pid)]));
const since = (before, pids) =>
  pids.reduce((seconds, pid) => seconds + (processorSeconds(pid) ?? 0) - (before.get(pid) ?? 0), 0);

const jobsOf = async ({ url }) => {
  const ids = [];
  for (let index = 0; index < TICKETS; index += 1) ids.push((await ask(url, SUBMIT, { input })).submitTicket.ticket.id);
  const job = {
    url: url.replace('/graphql', ''),
    connections: CONNECTIONS,
    seconds: SECONDS,
    method: 'POST',
    path: '/graphql',
  };
  const { query } = QUESTIONS.standing;
  return {
    read: { ...job, ids, body: JSON.stringify({ query, variables: { id: '{id}' } }) },
    submit: { ...job, body: JSON.stringify({ query: SUBMIT, variables: { input } }) },
  };
};

const round = async (side, kind, seed) => {
  const { service, dataDir, jobs } = side;
  const before = spentBy([`${service.pid}`, ...sessionsOf(dataDir)]);
  const { requests } = await load({ ...jobs[kind], seed });
  const micros = (pids) => (since(before, pids) * 1e6) / requests;
  return { service: micros([`${service.pid}`]), database: micros(sessionsOf(dataDir)) };
};

const measure = async (sides, kind, rounds) => {
  const taken = sides.map(() => []);
  for (let turn = 0; turn < WARM_UP + rounds; turn += 1) {
    for (let place = 0; place < sides.length; place += 1) {
      const index = (place + turn) % sides.length;
      const spent = await round(sides[index], kind, turn);
      if (turn >= WARM_UP) taken[index].push(spent);
    }
  }
  const [plain, secured] = taken;
  const of = (rows, part) => rows.map((row) => part(row));
  const parts = {
    service: ({ service }) => service,
    database: ({ database }) => database,
    both: ({ service, database }) => service + database,
  };
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [
      name,
      {
        micros: [plain, secured].map((rows) => rounded(median(of(rows, part)))),
        ratio: ratiosOf(of(secured, part), of(plain, part)),
      },
    ]),
  );
};

export const run = (rounds = 15) =>
  inTemporaryFolder((plainDir) =>
    inTemporaryFolder(async (securedDir) => {
      const plain = await startService(plainDir, ['-r', join(ROOT, 'bench/without-row-security.cjs')]);
      try {
        const secured = await startService(securedDir);
        try {
          const sides = [
            { service: plain, dataDir: plainDir, jobs: await jobsOf(plain) },
            { service: secured, dataDir: securedDir, jobs: await jobsOf(secured) },
          ];
          const read = await measure(sides, 'read', rounds);
          const submit = await measure(sides, 'submit', rounds);
          return { name: 'row-security', unit: 'CPU µs/request', aim: AIM, rounds, read, submit };
        } finally {
          await secured.stop();
        }
      } finally {
        await plain.stop();
      }
    }),
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , rounds] = process.argv;
  process.stdout.write(`${JSON.stringify(await run(rounds === undefined ? undefined : Number(rounds)), null, 2)}\n`);
}
