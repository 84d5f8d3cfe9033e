// Measures commands decided per second on one core: whole lives of tickets, from opening to
// closing, in memory.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { summaryOf, whole, withSpread } from './stats.mjs';

const require = createRequire(import.meta.url);
const { parsePolicy } = require('../dist/src/adapters/policy-files/load-policy.js');
const { compilePolicy } = require('../dist/src/domain/policy/compile-policy.js');
const { decide, submit } = require('../dist/src/domain/ticket/decide.js');

const file = fileURLToPath(new URL('../policies/cimcloud.yaml', import.meta.url));
const policy = compilePolicy(parsePolicy(readFileSync(file, 'utf8'), { fileName: file }), 1);
const actor = { kind: 'AGENT', id: 'bench', name: 'bench' };
const impact = (audience, consequence) => [{ audience, consequence, note: null }];
const input = {
  clientId: 'client',
  subject: 'Checkout',
  description: null,
  reporter: null,
  assignee: null,
  channel: 'EXTRANET',
  externalId: null,
  externalUrl: null,
  tags: [],
  followUpOf: null,
  impacts: impact('ALL_END_USERS', 'ORDERING_BLOCKED'),
};
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LIFE = [
  [{ type: 'acknowledge' }, 5 * MINUTE],
  [{ type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'On it.' }, 30 * MINUTE],
  [
    { type: 'applyWorkaround', description: 'Phone orders', remaining: impact('SOME_END_USERS', 'ORDERING_BLOCKED') },
    HOUR,
  ],
  [{ type: 'startWaiting', reason: 'CLIENT' }, 2 * HOUR],
  [{ type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body: 'Here you are.' }, 26 * HOUR],
  [{ type: 'resolve', resolution: 'Fixed' }, 30 * HOUR],
  [{ type: 'reopen', reason: 'Not quite' }, 50 * HOUR],
  [{ type: 'resolve', resolution: 'Fixed for good' }, 52 * HOUR],
  [{ type: 'close', reason: null }, 60 * HOUR],
];
const ROUNDS = 7;
const AIM = 20_000;
const START = Date.parse('2026-11-16T14:00:00Z');

function lives(count) {
  let commands = 0;
  let events = 0;
  for (let life = 0; life < count; life += 1) {
    const openedAt = START + life * 7 * MINUTE;
    let { ticket } = submit(policy, `ticket-${life}`, input, openedAt, actor);
    for (const [command, after] of LIFE) {
      const decision = decide(ticket, command, openedAt + after, policy, actor);
      if (decision.refusal !== null) throw new Error(JSON.stringify(decision.refusal));
      ticket = decision.ticket;
      commands += 1;
      events += decision.events.length;
    }
  }
  return { commands, events };
}

export async function run() {
  lives(2000);
  const rates = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = process.hrtime.bigint();
    const { commands } = lives(2000);
    rates.push((commands * 1e9) / Number(process.hrtime.bigint() - began));
  }
  const rate = summaryOf(rates);
  return { name: 'decide', unit: 'commands/s', rate, aim: AIM, ratioToAim: Number((rate.median / AIM).toFixed(2)) };
}

export const report = ({ rate, aim }) => ({
  title: '`decide`: commands per second on one core',
  figures: [
    {
      figure: '`decide`, commands per second on one core',
      measured: withSpread(rate, whole),
      aim: `≥ ${whole(aim)}`,
      isMet: rate.median >= aim,
    },
  ],
  text: `Whole lives of tickets, from opening to closing, in memory. Each command calls XState once, calculates deadlines and creates events; \
nothing is stored. Median of ${ROUNDS} (least–greatest).`,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await run(), null, 2)}\n`);
}
