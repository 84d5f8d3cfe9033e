// Commands decided per second on one core: whole tickets' lives, from opening to closing, in memory.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { parsePolicy } = require('../dist/src/adapters/policy/load-policy.js');
const { compilePolicy } = require('../dist/src/domain/compile-policy.js');
const { decide, submit } = require('../dist/src/domain/decide.js');

const file = fileURLToPath(new URL('../policies/cimcloud.yaml', import.meta.url));
const policy = compilePolicy(parsePolicy(readFileSync(file, 'utf8'), { fileName: file }), 1);
const actor = { kind: 'AGENT', id: 'bench', name: 'bench' };
const impact = (audience, consequence) => [{ audience, consequence, note: null }];
const input = {
  clientId: 'client', subject: 'Checkout', description: null, reporter: null, assignee: null, channel: 'EXTRANET',
  externalId: null, externalUrl: null, tags: [], followUpOf: null, impacts: impact('ALL_END_USERS', 'ORDERING_BLOCKED'),
};
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LIFE = [
  [{ type: 'acknowledge' }, 5 * MINUTE],
  [{ type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'On it.' }, 30 * MINUTE],
  [{ type: 'applyWorkaround', description: 'Phone orders', remaining: impact('SOME_END_USERS', 'ORDERING_BLOCKED') }, HOUR],
  [{ type: 'startWaiting', reason: 'CLIENT' }, 2 * HOUR],
  [{ type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body: 'Here you are.' }, 26 * HOUR],
  [{ type: 'resolve', resolution: 'Fixed' }, 30 * HOUR],
  [{ type: 'reopen', reason: 'Not quite' }, 50 * HOUR],
  [{ type: 'resolve', resolution: 'Fixed for good' }, 52 * HOUR],
  [{ type: 'close', reason: null }, 60 * HOUR],
];
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

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

export async function run() {
  lives(2000);
  const rates = [];
  for (let round = 0; round < 7; round += 1) {
    const began = process.hrtime.bigint();
    const { commands } = lives(2000);
    rates.push((commands * 1e9) / Number(process.hrtime.bigint() - began));
  }
  const rate = Math.round(median(rates));
  return { name: 'decide', unit: 'commands/s', rate, aim: 20_000, ratioToAim: Number((rate / 20_000).toFixed(2)) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await run(), null, 2));
