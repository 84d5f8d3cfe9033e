import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { demoCommand, greeting } from '../../src/adapters/cli/serve/greeting';

const DEFAULTS = { databaseUrl: null as string | null, dataDir: '/app/.stepdown', host: '127.0.0.1', port: 4000 };

const LOCAL = { authenticationRequired: false, allowUnauthenticated: false, operator: 'local operator', oidc: null };
const FACTS = {
  url: 'http://x/graphql',
  database: 'd',
  demo: 'npm run demo',
  impact: { audience: 'PRODUCTION', consequence: 'UNAVAILABLE' },
  callers: LOCAL,
  hasExplorer: false,
  trustedDocuments: null,
};

describe('the greeting of a service', () => {
  it.each<[string, Partial<typeof DEFAULTS>, string, string]>([
    ['with defaults', {}, '4000', 'npm run demo'],
    ['on another port', {}, '4010', 'PORT=4010 npm run demo'],
    ['on another address', { host: '::1' }, '4000', 'HOST=::1 npm run demo'],
    ['on another data folder', { dataDir: '/srv/data' }, '4000', 'STEPDOWN_DATA_DIR=/srv/data npm run demo'],
    [
      'on a database of its own',
      { databaseUrl: 'postgres://u:secret@db/x' },
      '4010',
      'PORT=4010 DATABASE_URL=… npm run demo',
    ],
  ])('%s names the command of the demo', (_, given, port, command) => {
    expect(demoCommand({ ...DEFAULTS, ...given }, port, DEFAULTS)).toBe(command);
  });

  it('quotes a folder as a shell reads it', () => {
    const dataDir = `/srv/it's $HOME "here"`;
    const command = demoCommand({ ...DEFAULTS, dataDir }, '4000', DEFAULTS).replace(
      'npm run demo',
      'printenv STEPDOWN_DATA_DIR',
    );
    expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toBe(`${dataDir}\n`);
  });

  it('says that the address opens in a browser, unless there is no explorer', () => {
    expect(greeting({ ...FACTS, hasExplorer: true })).toContain('in a browser');
    expect(greeting(FACTS)).not.toContain('in a browser');
  });

  it('names the database', () => {
    const database = 'the database a on b:1 (user c)';
    expect(greeting({ ...FACTS, database })).toContain('data in the database a on b:1 (user c).\n');
  });

  it('opens a ticket in the words of the policy', () => {
    expect(greeting(FACTS)).toContain('impacts: [{ audience: PRODUCTION, consequence: UNAVAILABLE }]');
  });

  it('names the lists of trusted documents, and no request that would be refused', () => {
    const said = greeting({ ...FACTS, trustedDocuments: ['/srv/desk.json', '/srv/app.json'] });
    expect(said).toContain('\nIt executes only the documents of /srv/desk.json and /srv/app.json.\n');
    expect(said).not.toMatch(/curl|demo/);
  });

  it('says who may send requests, and shows how', () => {
    expect(greeting(FACTS)).toContain(
      'does not authenticate callers: everyone who can reach it acts as "local operator"',
    );
    const required = { ...LOCAL, authenticationRequired: true };
    expect(greeting({ ...FACTS, callers: required })).toMatch(/Every request needs an API key.*authorization: Bearer/s);
    const oidc = { issuer: 'https://id.test' };
    expect(greeting({ ...FACTS, callers: { ...required, oidc } })).toContain(
      'a token of https://id.test or an API key',
    );
  });
});
