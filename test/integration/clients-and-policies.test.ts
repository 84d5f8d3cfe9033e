import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { v7 as newId } from 'uuid';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { lanesOf, sharesOf } from '../../src/adapters/persistence/database/lanes';
import { OWN_SCOPE } from '../../src/adapters/persistence/database/work-roles';
import { NoPolicyPublished } from '../../src/adapters/persistence/policies/compiled-policies';
import { createPolicies } from '../../src/adapters/persistence/policies/postgres-policies';
import { policyFingerprint } from '../../src/adapters/policy-files/policy-fingerprint';
import { publishConfiguredPolicy } from '../../src/application/policies/publish-configured-policy';
import { OWN_WORK } from '../../src/application/ports/caller';
import type { ConfiguredPolicies } from '../../src/application/ports/configured-policy';
import { InvalidCursor } from '../../src/application/ports/pagination';
import { DataLockedError } from '../../src/application/ports/store-errors';
import { type CalendarDefinition, compileCalendar } from '../../src/domain/calendar/business-calendar';
import { CIMCLOUD_DOCUMENT } from '../support/policies';
import { AGENT, openStore, type TestStore } from '../support/store';
import { holdLocks } from '../support/turned-away';
import { until, untilTrue } from '../support/until';

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

test('ten requests at once for the same client create one, however its name is written', async () => {
  const clients = createClientAccounts(store);
  const made = await Promise.all(Array.from({ length: 10 }, () => clients.ensureClient('New')));
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  expect(await clients.clientNamed('New')).toEqual(made[0]);
  expect(await clients.clientNamed('  nEW ')).toEqual(made[0]);
  expect((await clients.ensureClient('ＮＥＷ')).id).toBe(made[0]?.id);
});

test('an account is opened once under an id, and never under a name in use', async () => {
  const clients = createClientAccounts(store);
  const opened = await clients.openClient(newId(), 'Opened');
  expect(opened).toMatchObject({ name: 'Opened' });
  expect(await clients.openClient(opened?.id ?? '', 'Renamed')).toEqual(opened);
  expect(await clients.openClient(newId(), 'Opened')).toBeNull();
});

describe('the versions of a policy', () => {
  const process = (staleMs = 50) => createPolicies({ ...store, policyId: CIMCLOUD_DOCUMENT.id, staleMs });
  const said = (title: string) => ({ ...CIMCLOUD_DOCUMENT, title });
  const publish = async (policies: ConfiguredPolicies, title: string): Promise<[version: number, isNew: boolean]> => {
    const changed = title === CIMCLOUD_DOCUMENT.title ? CIMCLOUD_DOCUMENT : said(title);
    const text = { yaml: `title: ${title}`, fingerprint: policyFingerprint(changed), document: changed };
    const published = await policies.publish({ ...text, by: AGENT, idempotency: null });
    if (!published.ok) throw new Error(JSON.stringify(published.refusals));
    return [published.policy.version, published.isNew];
  };
  const configure = async (title: string): Promise<number> => {
    const changed = title === CIMCLOUD_DOCUMENT.title ? CIMCLOUD_DOCUMENT : said(title);
    const file = {
      id: CIMCLOUD_DOCUMENT.id,
      fingerprint: policyFingerprint(changed),
      yaml: title,
      document: () => changed,
    };
    expect(await process().publishConfigured(file)).toEqual([]);
    return (await process().current(null)).version;
  };

  test('the same document is published once, another becomes the next version, and both stay', async () => {
    const [one, two, reader] = [process(), process(), process()];
    expect((await one.current(null)).version).toBe(1);
    // This one never publishes, so it has to find out what the others published.
    expect((await reader.current(null)).version).toBe(1);
    const published = await Promise.all([one, two, one, process()].map((policies) => publish(policies, 'Changed')));
    expect(published.map(([version]) => version)).toEqual([2, 2, 2, 2]);
    expect(published.filter(([, isNew]) => isNew)).toHaveLength(1);
    expect((await one.current(null)).version).toBe(2);
    const current = await until(
      () => reader.current(null),
      ({ version }) => version !== 1,
    );
    expect(current).toMatchObject({ version: 2, title: 'Changed' });
    const first = await two.version(OWN_WORK, CIMCLOUD_DOCUMENT.id, 1);
    expect(first?.title).toBe(CIMCLOUD_DOCUMENT.title);
    expect(await two.version(OWN_WORK, CIMCLOUD_DOCUMENT.id, 1)).toBe(first);
    expect(await two.version(OWN_WORK, CIMCLOUD_DOCUMENT.id, 3)).toBeNull();
    expect(await publish(two, CIMCLOUD_DOCUMENT.title)).toEqual([3, true]);
    expect((await two.version(OWN_WORK, CIMCLOUD_DOCUMENT.id, 3))?.version).toBe(3);
  });

  test('a version keeps its publisher and its text; a version published at a start has no publisher', async () => {
    const policies = process();
    expect(await policies.publication(OWN_WORK, CIMCLOUD_DOCUMENT.id, 1)).toMatchObject({
      version: 1,
      publishedBy: null,
    });
    expect(await policies.publication(OWN_WORK, CIMCLOUD_DOCUMENT.id, 2)).toMatchObject({
      version: 2,
      publishedBy: AGENT,
    });
    expect(await policies.publication(OWN_WORK, CIMCLOUD_DOCUMENT.id, 99)).toBeNull();
    expect(await policies.yaml(OWN_WORK, CIMCLOUD_DOCUMENT.id, 2)).toBe('title: Changed');
    expect(await policies.yaml(OWN_WORK, CIMCLOUD_DOCUMENT.id, 99)).toBeNull();
  });

  test('a start publishes the file if it differs from the file of the last start, also if others have published since', async () => {
    expect(await configure(CIMCLOUD_DOCUMENT.title)).toBe(3);
    expect(await publish(process(), 'By a person')).toEqual([4, true]);
    expect(await configure(CIMCLOUD_DOCUMENT.title)).toBe(4);
    expect(await configure('File B')).toBe(5);
    expect(await configure(CIMCLOUD_DOCUMENT.title)).toBe(6);
    expect(await configure(CIMCLOUD_DOCUMENT.title)).toBe(6);
    // What the file says now says was published before: no version of its own, but the
    // file has said it.
    expect(await publish(process(), 'File C')).toEqual([7, true]);
    expect(await configure('File C')).toBe(7);
    expect(await configure(CIMCLOUD_DOCUMENT.title)).toBe(8);
  });

  test('processes that start at once publish the file once', async () => {
    expect(new Set(await Promise.all(Array.from({ length: 5 }, () => configure('Together'))))).toEqual(new Set([9]));
  });

  test('publications are listed with the latest first, page by page from either end', async () => {
    const policies = process();
    expect(await policies.countPublications(OWN_WORK)).toBe(9);
    const start = { count: 4, from: 'START', after: null, before: null } as const;
    const versions = (page: Awaited<ReturnType<typeof policies.publications>>) =>
      page.edges.map(({ node }) => node.version);
    const first = await policies.publications(OWN_WORK, start);
    expect([versions(first), first.hasNextPage, first.hasPreviousPage]).toEqual([[9, 8, 7, 6], true, false]);
    const second = await policies.publications(OWN_WORK, { ...start, after: first.edges[3]?.cursor ?? null });
    expect([versions(second), second.hasNextPage]).toEqual([[5, 4, 3, 2], true]);
    const last = await policies.publications(OWN_WORK, { ...start, from: 'END', count: 2 });
    expect([versions(last), last.hasPreviousPage]).toEqual([[2, 1], true]);
    const before = await policies.publications(OWN_WORK, {
      ...start,
      from: 'END',
      before: last.edges[0]?.cursor ?? null,
    });
    expect(versions(before)).toEqual([6, 5, 4, 3]);
    await expect(policies.publications(OWN_WORK, { ...start, after: 'bm9uZQ' })).rejects.toBeInstanceOf(InvalidCursor);
  });

  test('a configured file whose calendar has ended is refused, unless its version is in force', async () => {
    const { business } = CIMCLOUD_DOCUMENT.calendars;
    const calendars = {
      ...CIMCLOUD_DOCUMENT.calendars,
      business: { ...business, knownYears: { from: 2000, to: 2020 } },
    };
    const document = { ...CIMCLOUD_DOCUMENT, id: 'ended', calendars } as typeof CIMCLOUD_DOCUMENT;
    const file = { id: 'ended', fingerprint: policyFingerprint(document), yaml: 'ended', document: () => document };
    const policies = process();
    const refusals = await policies.publishConfigured(file);
    expect(refusals).toMatchObject([{ code: 'CalendarEndsTooSoon', calendar: 'business', knownUntil: 2020 }]);
    expect(await policies.latest(OWN_WORK, 'ended')).toBeNull();

    await store.pool.query(
      `INSERT INTO policy_versions (id, version, document, fingerprint, yaml, published_at, configured)
       VALUES ('ended', 1, $1, 'of long ago', '', now(), false)`,
      [JSON.stringify(document)],
    );
    expect(await policies.publishConfigured(file)).toEqual([]);
    expect((await policies.latest(OWN_WORK, 'ended'))?.version).toBe(1);
    // A service and an import start with it, and a diff can read it; a change of it is refused.
    const ended = createPolicies({ ...store, policyId: 'ended' });
    for (const when of ['CHANGED', 'MISSING'] as const) {
      expect(await publishConfiguredPolicy(ended, file, when)).toMatchObject({ policy: { id: 'ended', version: 1 } });
    }
    expect(await ended.refusalsOf(OWN_WORK, await ended.current(null))).toEqual([]);
    expect(await ended.refusalsOf(OWN_WORK, { ...document, title: 'changed' })).toMatchObject([
      { code: 'CalendarEndsTooSoon' },
    ]);
  });
});

describe('a policy in memory', () => {
  const business = CIMCLOUD_DOCUMENT.calendars.business as CalendarDefinition;
  const document = {
    ...CIMCLOUD_DOCUMENT,
    id: 'kept',
    calendars: { ...CIMCLOUD_DOCUMENT.calendars, own: { ...business, holidays: [...business.holidays] } },
  };
  const policies = () => createPolicies({ ...store, policyId: 'kept' });
  const publishing = { document, fingerprint: 'kept', yaml: 'kept', by: AGENT, idempotency: null };
  const termsOf = (calendar: string) => ({
    clientId: store.client.id,
    policy: null,
    calendars: { business: calendar },
  });

  test('is the one that was published, so that it is compiled once', async () => {
    const own = policies();
    const published = await own.publish(publishing);
    if (!published.ok) throw new Error(JSON.stringify(published.refusals));
    const { policy } = published;
    expect(policy).toMatchObject({ id: 'kept', version: 1 });
    expect(await own.version(OWN_WORK, 'kept', 1)).toBe(policy);
    for (const [name, definition] of Object.entries(document.calendars)) {
      expect(policy.calendars[name]).toBe(definition);
      expect(policy.compiledCalendars.get(name)).toBe(compileCalendar(definition));
    }
    // Another process reads the same from the database.
    const { compiledCalendars: _, ...data } = policy;
    expect(await policies().current(null)).toMatchObject(data);
    expect(await own.publish(publishing)).toEqual({ ok: true, policy, isNew: false });
  });

  test('is what terms are checked against, without reading it again', async () => {
    const own = policies();
    expect(await own.current(null)).toMatchObject({ version: 1 });
    await store.pool.query(`UPDATE policy_versions SET document = '{}' WHERE id = 'kept'`);
    expect(await own.setTerms(termsOf('own'), AGENT, null)).toBeNull();
    expect(await own.setTerms(termsOf('none'), AGENT, null)).toMatchObject({
      code: 'UnknownCalendar',
      known: ['business', 'own', 'roundTheClock'],
    });
    await store.pool.query(`UPDATE policy_versions SET document = $1 WHERE id = 'kept'`, [JSON.stringify(document)]);
    await own.setTerms({ ...termsOf('own'), calendars: {} }, AGENT, null);
  });

  test('is found for the health check while all look-ups of requests wait', async () => {
    const { lookups } = lanesOf(store.pool);
    const taken = await Promise.all(Array.from({ length: sharesOf(20).lookups }, () => lookups.take(OWN_SCOPE)));
    expect(await policies().inForce()).toMatchObject([{ id: 'kept', version: 1 }]);
    for (const { release } of taken) release();
  });

  test('is not waited for by the health check when others have locked its table', async () => {
    const other = new Client(store.url);
    await other.connect();
    for (const table of ['clients', 'policy_versions']) {
      await other.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      await expect(policies().inForce(0)).rejects.toBeInstanceOf(DataLockedError);
      await other.query('ROLLBACK');
    }
    await other.end();
  });

  test('is not used for terms when a version was published while they waited for the lock', async () => {
    const other = new Client(store.url);
    await other.connect();
    const isTurnedAway = await holdLocks(other, 'SELECT pg_advisory_xact_lock($1)', [5_310_827_432]);
    const set = policies().setTerms(termsOf('own'), AGENT, null);
    await untilTrue(isTurnedAway);
    await other.query(
      `INSERT INTO policy_versions (id, version, document, fingerprint, published_at, configured)
       SELECT id, 2, document #- '{calendars,own}', 'other', now(), false FROM policy_versions WHERE id = 'kept'`,
    );
    await other.query('COMMIT');
    expect(await set).toMatchObject({ code: 'UnknownCalendar', calendar: 'own', known: ['business', 'roundTheClock'] });
    await other.end();
  });
});

test('no current policy exists before one is published', async () => {
  const policies = createPolicies({ ...store, policyId: 'none' });
  await expect(policies.current(null)).rejects.toBeInstanceOf(NoPolicyPublished);
});
