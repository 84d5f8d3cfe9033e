import { describe, expect, it } from '@jest/globals';
import { callerFromHeaders } from '../../src/adapters/http/agent-header';
import { RequestError } from '../../src/adapters/http/request-body';

const callerOf = callerFromHeaders('local operator');
const named = (name: string) => callerOf({ headers: { 'x-stepdown-agent': name } }).actor;
/** What Node makes of a header that a client sent in UTF-8. */
const sent = (name: string) => Buffer.from(name, 'utf8').toString('latin1');

describe('the actor of a request', () => {
  it('is the operator when the header is absent', () => {
    expect(callerOf({ headers: {} })).toEqual({
      actor: { kind: 'AGENT', id: 'local-operator', name: 'local operator' },
      sees: 'ALL',
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
