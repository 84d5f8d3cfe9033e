import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { startTestService } from '../support/graphql-service';
import { SEV2 } from '../support/impacts';
import { hold, home, noMounts, testUnless, urlOf } from '../support/postgres-holders';
import { until } from '../support/until';

const SUBMIT = `mutation ($input: SubmitTicketInput!) {
  submitTicket(input: $input) { ticket { id } userErrors { message } }
}`;

describe('a disk that is full', () => {
  testUnless(noMounts, 'is an error that can be retried, and /readyz says so, until there is space', async () => {
    const dataDir = home('full');
    const cluster = dirname(dataDir);
    mkdirSync(cluster, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=700', 'tmpfs', cluster]);
    const holder = hold(dataDir);
    const url = await urlOf(holder);
    const service = await startTestService({ database: { url, drop: async () => undefined } });
    const ready = async () => {
      const response = await fetch(new URL('/readyz', service.url));
      return { status: response.status, body: await response.json() };
    };
    expect(await ready()).toEqual({ status: 200, body: { status: 'ready' } });
    // The files of the cluster are on their own file system, which is now filled to the last page.
    const ballast = join(cluster, 'ballast');
    const { bavail, bsize } = statfsSync(cluster);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));

    // Small changes still fit into pages that exist; large ones need more.
    const description = Array.from({ length: 20_000 }, () => Math.random().toString(36)[2]).join('');
    const submit = () => service.ask(SUBMIT, { input: { subject: 'Large', description, impacts: SEV2 } });
    const refused = await until(submit, ({ errors }) => errors.length > 0);
    expect(refused).toMatchObject({
      status: 503,
      errors: [{ extensions: { code: 'INSUFFICIENT_STORAGE', retryable: true } }],
    });
    expect(refused.errors[0]?.message).toMatch(/disk is full/);
    expect(refused.headers.get('retry-after')).toBe('1');
    const { tickets: before } = await service.data('{ tickets { totalCount } }');
    const unready = await until(ready, ({ status }) => status === 503);
    expect(unready.body).toMatchObject({ status: 'unready', reasons: [{ code: 'INSUFFICIENT_STORAGE' }] });
    expect((await submit()).errors).toMatchObject([{ extensions: { code: 'INSUFFICIENT_STORAGE' } }]);
    const { tickets: after } = await service.data('{ tickets { totalCount } }');
    expect(after).toEqual(before);

    rmSync(ballast);
    await until(ready, ({ status }) => status === 200);
    expect((await submit()).errors).toEqual([]);
    const { tickets: last } = await service.data('{ tickets { totalCount } }');
    expect(last.totalCount).toBe(before.totalCount + 1);
    await service.close();
    await holder.close();
    execFileSync('umount', [cluster]);
  });
});
