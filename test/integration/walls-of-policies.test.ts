import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Companies, type Credential, startCompanies } from '../support/companies';
import { type Json, SEV2 } from '../support/graphql-service';

const TEXT = readFileSync(join(__dirname, '../support/policies/three-levels.yaml'), 'utf8');

let companies: Companies;
let callers: readonly Credential[];
/** The ids of the versions and of one calendar of each, by the name of the version. */
const ids = new Map<string, { readonly policy: string; readonly calendar: string }>();

beforeAll(async () => {
  companies = await startCompanies(['Acme', 'Globex']);
  const { change } = companies;
  const publish = async (name: string, title: string): Promise<void> => {
    const yaml = TEXT.replace('id: three-levels', `id: ${name}`).replace(/^title: .*$/m, `title: ${title}`);
    const { policy } = await change('publishPolicy', { yaml }, 'policy { id version calendars { id } }');
    ids.set(`${name}/${policy.version}`, { policy: policy.id, calendar: policy.calendars[0].id });
  };
  const setTerms = (client: string, policy: string): Promise<Json> =>
    change('setClientTerms', { clientId: companies.ids[client], policy }, 'client { id }');
  await publish('globex-terms', 'Globex');
  await publish('acme-terms', 'Acme');
  await publish('acme-former', 'Acme, formerly');
  await setTerms('Globex', 'globex-terms');
  await setTerms('Acme', 'acme-former');
  const input = { subject: 'x', impacts: SEV2, clientId: companies.ids.Acme };
  await change('submitTicket', input, 'ticket { id }');
  await publish('acme-former', 'Acme, no longer agreed');
  await setTerms('Acme', 'acme-terms');
  callers = [await companies.person('Acme'), await companies.agent('Acme'), await companies.key(['READ'], 'Acme')];
});
afterAll(() => companies.close());

const VISIBLE = ['acme-former/1', 'acme-terms/1', 'cimcloud/1'];
const HIDDEN = ['acme-former/2', 'globex-terms/1'];

it('are walls around lists, counts and the latest version', async () => {
  const list = '{ policies(first: 20) { totalCount nodes { name version } } }';
  const named = '{ former: policy(name: "acme-former") { version } other: policy(name: "globex-terms") { version } }';
  for (const by of callers) {
    const { data } = await companies.ask(by, list);
    expect(data.policies.nodes.map(({ name, version }: Json) => `${name}/${version}`).sort()).toEqual(VISIBLE);
    expect(data.policies.totalCount).toBe(VISIBLE.length);
    expect((await companies.ask(by, named)).data).toEqual({ former: { version: 1 }, other: null });
  }
  expect((await companies.ask(companies.admin, list)).data.policies.totalCount).toBe(VISIBLE.length + HIDDEN.length);
  expect((await companies.ask(companies.admin, named)).data).toEqual({ former: { version: 2 }, other: { version: 1 } });
});

it('make a version of others and its calendars the same as none', async () => {
  const document = `query ($id: ID!, $calendar: ID!, $name: String!, $version: Int!) {
    node(id: $id) { id } nodes(ids: [$id, $calendar]) { id } calendar(id: $calendar) { id } policy(name: $name, version: $version) { id } }`;
  const found = async (by: Credential, name: string): Promise<Json> => {
    const { policy: id, calendar } = ids.get(name) ?? { policy: '', calendar: '' };
    const [policy, version] = name.split('/');
    const { data, errors } = await companies.ask(by, document, {
      id,
      calendar,
      name: policy,
      version: Number(version),
    });
    expect(errors).toEqual([]);
    return data;
  };
  const nothing = { node: null, nodes: [null, null], calendar: null, policy: null };
  for (const by of callers) {
    for (const name of HIDDEN) expect(await found(by, name)).toEqual(nothing);
    for (const name of VISIBLE.filter((one) => ids.has(one))) {
      const { policy: id, calendar } = ids.get(name) ?? { policy: '', calendar: '' };
      const all = { node: { id }, nodes: [{ id }, { id: calendar }], calendar: { id: calendar }, policy: { id } };
      expect(await found(by, name)).toEqual(all);
    }
  }
  expect((await found(companies.admin, 'globex-terms/1')).policy).not.toBeNull();
});
