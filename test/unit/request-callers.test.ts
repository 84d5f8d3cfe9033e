import { describe, expect, it } from '@jest/globals';
import { RequestError } from '../../src/adapters/http/request-body';
import { requestCallers } from '../../src/adapters/http/request-callers';
import { type CallerIdentity, Unauthenticated } from '../../src/application/access/caller-identity';

const authenticator = {
  identify: (credential: string): CallerIdentity => {
    throw new Error(`asked for ${credential}`);
  },
  knows: () => false,
};
const open = requestCallers({ operator: 'local operator', authenticationRequired: false, authenticator });
const closed = requestCallers({ operator: 'local operator', authenticationRequired: true, authenticator });
const callerOf = (request: { headers: Record<string, string> }) => {
  const identity = open.identify(request, open.credentialOf(request));
  if (identity instanceof Promise) throw new Error('The identity of an agent is known at once');
  return identity.caller;
};
const named = (name: string) => callerOf({ headers: { 'x-stepdown-agent': name } }).actor;
/** What Node makes of a header that a client sent in UTF-8. */
const sent = (name: string) => Buffer.from(name, 'utf8').toString('latin1');

describe('the actor of a request', () => {
  it('is the operator when the header is absent', () => {
    expect(callerOf({ headers: {} })).toEqual({
      actor: { kind: 'AGENT', id: 'local-operator', name: 'local operator' },
      sees: 'ALL',
      rights: { role: 'ADMIN', scopes: [] },
    });
  });

  it.each([
    ['Ada', { kind: 'AGENT', id: 'ada', name: 'Ada' }],
    ['  Ada  Lovelace ', { kind: 'AGENT', id: 'ada-lovelace', name: 'Ada  Lovelace' }],
    ['Grâce', { kind: 'AGENT', id: 'grâce', name: 'Grâce' }],
  ])('is the agent that the header names: %s', (name, actor) => {
    expect(named(sent(name))).toEqual(actor);
  });

  it('is one agent for all spellings of a name', () => {
    expect(named('ADA LOVELACE').id).toBe(named('ada  lovelace').id);
    expect(named(sent('Ａｄａ')).id).toBe('ada');
    expect(named(sent('Zoe\u0308')).id).toBe(named(sent('Zoë')).id);
  });

  it.each([
    ['nothing', ' '],
    ['more than 100 characters', 'a'.repeat(101)],
    ['a control character', 'Ada\u0007'],
    ['something that cannot be seen', sent('Ada\u200b')],
    ['a soft hyphen', sent('A\u00adda')],
    ['nothing that can be seen', sent('\u2060')],
    ['a braille pattern without a dot', sent('Ada\u2800')],
    ['no UTF-8', '\u00ff\u00fe'],
  ])('is refused when the header names %s', (_, name) => {
    expect(() => named(name)).toThrow(RequestError);
    expect(() => named(name)).toThrow('The header X-Stepdown-Agent takes the name of an agent');
  });
});

describe('the credential of a request', () => {
  const KEY = `sdk_0123456789ab_${'x'.repeat(43)}`;
  const of = (callers: typeof open, authorization: string | undefined, given?: unknown) =>
    callers.credentialOf({ headers: authorization === undefined ? {} : { authorization } }, given);

  it('is what follows Bearer', () => {
    expect(of(closed, `Bearer ${KEY}`)).toBe(KEY);
    expect(of(closed, '  bearer   a.b.c ')).toBe('a.b.c');
    expect(of(closed, undefined)).toBeNull();
  });

  it('comes from the payload of connection_init before the header', () => {
    expect(of(closed, 'Bearer header', 'Bearer payload')).toBe('payload');
    expect(of(closed, 'Bearer header', undefined)).toBe('header');
  });

  it.each([
    ['Basic YTpi'],
    ['Bearer'],
    ['Bearer '],
    ['Bearer a b'],
    [KEY],
    [''],
    [7],
    [{ toString: () => 'Bearer x' }],
    [[]],
  ])('is refused where it is required and is %p', (given) => {
    expect(() => of(closed, undefined, given)).toThrow(Unauthenticated);
    expect(() => of(closed, undefined, given)).toThrow('Authorization: Bearer');
  });

  it('counts on an open service only if it is an API key', () => {
    expect(of(open, `Bearer ${KEY}`)).toBe(KEY);
    for (const other of ['Bearer a.b.c', 'Basic YTpi', 'Bearer']) expect(of(open, other)).toBeNull();
  });

  it('is required without exception, whatever the agent header says', () => {
    const request = { headers: { 'x-stepdown-agent': 'Ada' } };
    expect(() => closed.identify(request, closed.credentialOf(request))).toThrow(Unauthenticated);
  });
});
