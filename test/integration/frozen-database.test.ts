import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { Client } from 'pg';
import { type Json, startTestService, type TestService } from '../support/graphql-service';
import { SEV2 } from '../support/impacts';
import { freeze } from '../support/freeze';
import { hold, home, postmasterOf, testUnless, urlOf } from '../support/postgres-holders';
import { untilTrue } from '../support/until';

const noProc = existsSync('/proc/self/stat') ? null : 'there is no /proc';

describe('a database that is frozen', () => {
  testUnless(noProc, 'is an error for every request within 5 s, and is used again when it goes on', async () => {
    const dataDir = home('frozen');
    const url = await urlOf(hold(dataDir));
    const service = await startTestService({ database: { url, drop: async () => undefined } });
    const ids = [await service.submit(), await service.submit()];
    const other = new Client(url);
    other.on('error', () => undefined);
    await other.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM tickets FOR UPDATE');

    const timed = async (ask: Promise<Json>) => {
      const began = performance.now();
      const answer = await ask;
      return { ...answer, took: performance.now() - began };
    };
    const resolve = 'mutation ($id: ID!) { resolveTicket(input: { ticketId: $id }) { ticket { id } } }';
    const waiting = ids.map((id) => timed(service.ask(resolve, { id })));
    await untilTrue(async () => {
      const { rows } = await other.query("SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
      return rows[0].n === 2;
    });
    const goOn = freeze(postmasterOf(dataDir));
    const all = await Promise.all([
      ...waiting,
      ...Array.from({ length: 20 }, (_, n) => [
        timed(service.ask('query ($id: ID!) { ticket(id: $id) { subject } }', { id: ids[0] })),
        timed(service.ask('mutation ($i: SubmitTicketInput!) { submitTicket(input: $i) { ticket { id } } }', { i: { subject: `n${n}`, impacts: SEV2 } })),
        timed(service.ask('{ tickets { totalCount } }')),
      ]).flat(),
    ]);
    console.log(all.map(({ took, errors, status, data }) => [Math.round(took), status, errors[0]?.message, JSON.stringify(data)].join(' ')).join('\n'));
    const late = await Promise.all([timed(service.ask('{ tickets { totalCount } }')), timed(service.ask(resolve, { id: ids[0] })), timed(service.ask('mutation ($i: SubmitTicketInput!) { submitTicket(input: $i) { ticket { id } } }', { i: { subject: 'late', impacts: SEV2 } }))]);
    console.log(late.map(({ took, errors, status, data }) => [Math.round(took), status, errors[0]?.message, JSON.stringify(data)].join(' ')).join('\n'));
    goOn();
    const began = performance.now();
    await untilTrue(async () => (await fetch(new URL('/health', service.url))).status === 200);
    console.log('recovered', performance.now() - began);
    await other.end();
    console.log(service.logged.filter((l) => l.level >= 30).map((l) => JSON.stringify({m: l.msg, e: l.err?.message})).join('\n'));
    await service.close();
  });
});
