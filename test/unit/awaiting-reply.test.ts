import { expect, test } from '@jest/globals';
import type { Command } from '../../src/domain/ticket/commands';
import { decide } from '../../src/domain/ticket/decide';
import { AGENT, CIMCLOUD, ny, SEV2, Story } from '../support/domain';

const message = (direction: 'INBOUND' | 'OUTBOUND', automatic?: true): Command => ({
  type: 'communicate',
  direction,
  channel: 'EMAIL',
  body: 'b',
  ...(automatic === undefined ? {} : { automatic }),
});
const [IN, OUT, AUTOMATIC] = [message('INBOUND'), message('OUTBOUND'), message('OUTBOUND', true)];
const CALL: Command = { type: 'recordCall', note: null };
const RESOLVE: Command = { type: 'resolve', resolution: null };
const REOPEN: Command = { type: 'reopen', reason: null };
const CONFIRM: Command = { type: 'close', reason: null };
const ACKNOWLEDGE: Command = { type: 'acknowledge' };

/** A ticket of Monday 09:00, with one command on each full hour from 10:00 on. */
function lived(...commands: readonly Command[]) {
  const story = new Story(SEV2, ny('2026-11-02 09:00'));
  for (const [index, command] of commands.entries()) story.do(command, ny(`2026-11-02 ${10 + index}:00`));
  return story.ticket;
}

test.each<[string, readonly Command[], string | null]>([
  ['the opening is no message', [], null],
  ['a message of the client', [IN], '10:00'],
  ['a call of the client', [CALL], '10:00'],
  ['the oldest counts, not the last', [IN, CALL, IN], '10:00'],
  ['a message of an agent answers all', [IN, CALL, OUT], null],
  ['what comes after the answer awaits the next', [IN, OUT, CALL], '12:00'],
  ['an automatic message answers nothing', [IN, AUTOMATIC], '10:00'],
  ['an acknowledgement says nothing to the client', [IN, ACKNOWLEDGE], '10:00'],
  ['a resolution is no message', [IN, RESOLVE], '10:00'],
  ['the client answers after the resolution', [OUT, RESOLVE, IN], '12:00'],
  ['a message of an agent answers on a resolved ticket too', [RESOLVE, IN, OUT], null],
  ['a reopening is no message', [RESOLVE, IN, REOPEN], '11:00'],
  ['what was never answered is known of a closed ticket', [RESOLVE, CALL, CONFIRM], '11:00'],
])('%s', (_, commands, since) => {
  expect(lived(...commands).awaitingReplySince).toBe(since === null ? null : ny(`2026-11-02 ${since}`));
});

test('an automatic message is no response, fulfils no commitment, and ends no silence', () => {
  const before = lived();
  const after = lived(AUTOMATIC);
  expect(after).toEqual({ ...before, version: 2, lastEventAt: after.lastEventAt });
  const resolved = lived(RESOLVE, AUTOMATIC);
  expect(resolved.silentSince).toBe(ny('2026-11-02 10:00'));
});

test('a message of the client cannot be automatic, in any state', () => {
  for (const ticket of [lived(), lived(RESOLVE)]) {
    const { refusal } = decide(ticket, message('INBOUND', true), ny('2026-11-02 15:00'), CIMCLOUD, AGENT);
    expect(refusal).toMatchObject({ code: 'InvalidInput', field: 'automatic' });
  }
});
