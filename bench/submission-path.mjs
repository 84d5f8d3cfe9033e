// What the one-statement path of a submission gains over the transaction, without HTTP and GraphQL:
// submissions a second, 32 at a time, in interleaved rounds on the same database. Needs `npm run
// build`. Run: node bench/submission-path.mjs
import { createRequire } from 'node:module';
import { inTemporaryFolder } from './processes.mjs';
import { openStore } from './service.mjs';
import { ratiosOf, summaryOf, whole, withSpread } from './stats.mjs';

const require = createRequire(import.meta.url);
const AT_A_TIME = 32;
const ROUNDS = 7;
const WARM_UP = 2;
const SECONDS = 2;

await inTemporaryFolder(async (dataDir) => {
  const { createTicketStore } = require('../dist/src/adapters/persistence/tickets/postgres-ticket-store.js');
  const { createChangeTickets } = require('../dist/src/application/tickets/change-tickets.js');
  const { v7: newId } = require('uuid');
  const opened = await openStore(dataDir);
  try {
    const client = await opened.clients.ensureClient('Bench');
    const store = createTicketStore({ pool: opened.pool, onCommitted: () => undefined });
    const deps = { clock: { now: () => Date.now() }, policies: opened.policies };
    const paths = {
      statement: createChangeTickets({ ...deps, store }),
      // A statement that inserts nothing leaves the submission to the transaction.
      transaction: createChangeTickets({ ...deps, store: { ...store, insertOne: async () => null } }),
    };
    const submission = () => ({
      ticketId: newId(),
      submit: {
        input: {
          clientId: client.id,
          subject: 'Checkout is down',
          description: 'Since this morning the checkout answers with an error after the address was entered.',
          reporter: null,
          assignee: null,
          channel: 'EXTRANET',
          externalId: null,
          externalUrl: null,
          tags: [],
          impacts: [{ audience: 'SOME_END_USERS', consequence: 'ORDERING_BLOCKED', note: null }],
          followUpOf: null,
        },
        at: null,
        evidence: null,
      },
      steps: [],
      actor: { kind: 'AGENT', id: 'bench', name: 'Bench' },
      sees: 'ALL',
      expectedVersion: null,
      idempotency: null,
    });
    const round = async (changeTickets) => {
      const end = performance.now() + SECONDS * 1000;
      let count = 0;
      const lane = async () => {
        for (; performance.now() < end; count += 1) await changeTickets([submission()]);
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, lane));
      return count / SECONDS;
    };
    const rates = { statement: [], transaction: [] };
    for (let turn = 0; turn < WARM_UP + ROUNDS; turn += 1) {
      for (const [name, changeTickets] of Object.entries(paths)) {
        const rate = await round(changeTickets);
        if (turn >= WARM_UP) rates[name].push(rate);
      }
    }
    const say = (name) => `${name}: ${whole(summaryOf(rates[name]).median)} submissions/s`;
    const ratio = withSpread(ratiosOf(rates.statement, rates.transaction));
    process.stdout.write(`${say('statement')}\n${say('transaction')}\nratio: ${ratio}\n`);
  } finally {
    await opened.close();
  }
});
