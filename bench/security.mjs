// Measures what row-level security (ADR 029), authentication (ADR 026) and rate limits (ADR 032)
// cost on the read of one ticket and on a submission, over HTTP: the processor time of the service
// and of the sessions of its database, each against the same service without it. Row-level security
// is taken away by without-row-security.cjs. Needs `npm run build` and `npm ci` in bench/.
// Run: node bench/security.mjs [ROUNDS]
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { load } from './load.mjs';
import { execute, inTemporaryFolder, processorSeconds, ROOT } from './processes.mjs';
import { QUESTIONS } from './read-ticket.mjs';
import { ask, environmentFor, startService } from './service.mjs';
import { median, ratiosOf, rounded } from './stats.mjs';

const CONNECTIONS = 16;
const SECONDS = 1.5;
const WARM_UP = 3;
const TICKETS = 300;
const AIM = 1.1;
const AUDIENCE = 'stepdown-bench';

const KEYS = { STEPDOWN_AUTHENTICATION: 'required', STEPDOWN_RATE_LIMITS: 'off' };
/** So high that the benchmark does not meet them. */
const LIMITS = { STEPDOWN_RATE_LIMIT_PER_CALLER: '100000000', STEPDOWN_RATE_LIMIT_PER_CLIENT: '100000000' };

/** The services that are compared: how each is started, and what it is compared with. */
const SIDES = {
  nothing: { options: ['-r', join(ROOT, 'bench/without-row-security.cjs')] },
  'row-level security': { against: 'nothing' },
  'API key': { env: KEYS, credential: 'key', against: 'row-level security' },
  token: { env: KEYS, credential: 'token', against: 'row-level security' },
  'rate limits in memory': {
    env: { ...KEYS, ...LIMITS, STEPDOWN_RATE_LIMITS: 'memory' },
    credential: 'key',
    against: 'API key',
  },
  'rate limits in PostgreSQL': {
    env: { ...KEYS, ...LIMITS, STEPDOWN_RATE_LIMITS: 'postgres' },
    credential: 'key',
    against: 'API key',
  },
};
/** Everything that is on by default where callers are authenticated, against nothing. */
const ALL = ['rate limits in memory', 'nothing'];

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

const jobsOf = async ({ url }, authorization) => {
  const headers = authorization === null ? {} : { authorization };
  const ids = [];
  for (let index = 0; index < TICKETS; index += 1) {
    ids.push((await ask(url, SUBMIT, { input }, headers)).submitTicket.ticket.id);
  }
  const job = {
    url: url.replace('/graphql', ''),
    connections: CONNECTIONS,
    seconds: SECONDS,
    method: 'POST',
    path: '/graphql',
    headers,
  };
  const { query } = QUESTIONS.standing;
  return {
    read: { ...job, ids, body: JSON.stringify({ query, variables: { id: '{id}' } }) },
    submit: { ...job, body: JSON.stringify({ query: SUBMIT, variables: { input } }) },
  };
};

/** An identity provider: it publishes one key, and has signed one token of an agent. */
const startProvider = async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'ES256', use: 'sig' }];
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys })));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const token = await new SignJWT({ name: 'Sam Lee', stepdown_role: 'agent', stepdown_clients: '*' })
    .setProtectedHeader({ alg: 'ES256', kid: '1' })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setSubject('sam')
    .setIssuedAt()
    .setExpirationTime('3h')
    .sign(privateKey);
  const env = {
    STEPDOWN_OIDC_ISSUER: issuer,
    STEPDOWN_OIDC_AUDIENCE: AUDIENCE,
    STEPDOWN_OIDC_JWKS_URL: `${issuer}/keys`,
  };
  return { env, token, stop: () => server.close() };
};

/** An API key with all that a program of the support organisation needs. */
const createKey = async (dataDir) => {
  const args = ['bin/stepdown.js', 'key', 'create', '--name', 'bench', '--scopes', 'read,write'];
  const { stdout } = await execute(process.execPath, args, { env: environmentFor(dataDir) });
  return /sdk_[0-9a-f]+_\S+/.exec(stdout)[0];
};

const round = async ({ service, dataDir, jobs }, kind, seed) => {
  const before = spentBy([`${service.pid}`, ...sessionsOf(dataDir)]);
  const { requests } = await load({ ...jobs[kind], seed });
  const micros = (pids) => (since(before, pids) * 1e6) / requests;
  return { service: micros([`${service.pid}`]), database: micros(sessionsOf(dataDir)) };
};

const PARTS = {
  service: ({ service }) => service,
  database: ({ database }) => database,
  both: ({ service, database }) => service + database,
};

const measure = async (sides, kind, rounds) => {
  const names = Object.keys(sides);
  const taken = Object.fromEntries(names.map((name) => [name, []]));
  for (let turn = 0; turn < WARM_UP + rounds; turn += 1) {
    for (let place = 0; place < names.length; place += 1) {
      const name = names[(place + turn) % names.length];
      const spent = await round(sides[name], kind, turn);
      if (turn >= WARM_UP) taken[name].push(spent);
    }
    process.stderr.write(`${kind}: round ${turn + 1} of ${WARM_UP + rounds}\n`);
  }
  const compare = (ours, theirs) =>
    Object.fromEntries(
      Object.entries(PARTS).map(([name, part]) => [
        name,
        {
          micros: [theirs, ours].map((side) => rounded(median(taken[side].map(part)))),
          ratio: ratiosOf(taken[ours].map(part), taken[theirs].map(part)),
        },
      ]),
    );
  const compared = names.filter((name) => SIDES[name].against !== undefined);
  const each = compared.map((name) => [`${name}, against ${SIDES[name].against}`, compare(name, SIDES[name].against)]);
  return Object.fromEntries([...each, [`${ALL[0]} and all above, against ${ALL[1]}`, compare(...ALL)]]);
};

/** Starts one service after the other, and measures when all run. */
const withSides = async (names, provider, sides, work) => {
  const [name, ...others] = names;
  if (name === undefined) return work(sides);
  const { options, env = {}, credential } = SIDES[name];
  return inTemporaryFolder(async (dataDir) => {
    const service = await startService(dataDir, options, { ...env, ...(credential === 'token' ? provider.env : {}) });
    try {
      const secret =
        credential === undefined ? null : credential === 'token' ? provider.token : await createKey(dataDir);
      const jobs = await jobsOf(service, secret === null ? null : `Bearer ${secret}`);
      return await withSides(others, provider, { ...sides, [name]: { service, dataDir, jobs } }, work);
    } finally {
      await service.stop();
    }
  });
};

export const run = async (rounds = 15) => {
  const provider = await startProvider();
  try {
    return await withSides(Object.keys(SIDES), provider, {}, async (sides) => {
      const read = await measure(sides, 'read', rounds);
      const submit = await measure(sides, 'submit', rounds);
      return { name: 'security', unit: 'CPU µs/request', aim: AIM, rounds, read, submit };
    });
  } finally {
    provider.stop();
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , rounds] = process.argv;
  process.stdout.write(`${JSON.stringify(await run(rounds === undefined ? undefined : Number(rounds)), null, 2)}\n`);
}
