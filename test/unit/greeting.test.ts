import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { demoCommand, greeting } from '../../src/adapters/cli/serve/greeting';

const DEFAULTS = { databaseUrl: null as string | null, dataDir: '/app/.stepdown', host: '127.0.0.1', port: 4000 };

const LOCAL = { authenticationRequired: false, allowUnauthenticated: false, operator: 'local operator', oidc: null };
const IMPACT = { audience: 'PRODUCTION', consequence: 'UNAVAILABLE' };

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
    const facts = {
      url: 'http://x/graphql',
      database: 'd',
      demo: 'npm run demo',
      impact: IMPACT,
      callers: LOCAL,
    };
    expect(greeting({ ...facts, hasExplorer: true })).toContain('in a browser');
    expect(greeting({ ...facts, hasExplorer: false })).not.toContain('in a browser');
  });

  it('names the database', () => {
    const facts = {
      url: 'http://x/graphql',
      database: 'the database a on b:1 (user c)',
      demo: 'npm run demo',
      impact: IMPACT,
      callers: LOCAL,
    };
    expect(greeting({ ...facts, hasExplorer: false })).toContain('data in the database a on b:1 (user c).\n');
  });

  it('opens a ticket in the words of the policy', () => {
    const facts = { url: 'http://x/graphql', database: 'd', demo: 'npm run demo', impact: IMPACT, callers: LOCAL };
    expect(greeting({ ...facts, hasExplorer: false })).toContain(
      'impacts: [{ audience: PRODUCTION, consequence: UNAVAILABLE }]',
    );
  });

  it('says who may send requests, and shows how', () => {
    const facts = { url: 'http://x/graphql', database: 'd', demo: 'npm run demo', impact: IMPACT, hasExplorer: false };
    expect(greeting({ ...facts, callers: LOCAL })).toContain(
      'does not authenticate callers: everyone who can reach it acts as "local operator"',
    );
    const required = { ...LOCAL, authenticationRequired: true };
    expect(greeting({ ...facts, callers: required })).toMatch(/Every request needs an API key.*authorization: Bearer/s);
    const oidc = { issuer: 'https://id.test' };
    expect(greeting({ ...facts, callers: { ...required, oidc } })).toContain(
      'a token of https://id.test or an API key',
    );
  });
});
