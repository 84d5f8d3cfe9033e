import { describe, expect, it } from '@jest/globals';
import { readPolicy } from '../model/policy';
import { CONTAINED, MESSAGE, REPLY, SEV1, SEV2, SEV3, Story, WAIT } from '../model/story';

// Monday, 2 March 2026 is 03-02. Business hours are 08:00 to 17:00 in New York, nine hours a day.
const cimcloud = readPolicy('policies/cimcloud.yaml');
const opened = (at: string, impacts = SEV2) => new Story(cimcloud, at, impacts);

describe("the model's clocks", () => {
  it('counts business days from an opening in business hours', () => {
    const story = opened('03-02 15:00');
    // 4 hours: 2 on Monday until 17:00, 2 on Tuesday from 08:00.
    expect(story.cycles('RESPONSE', '03-02 15:00')).toEqual(['1 SEV2 03-02 15:00 → 03-03 10:00 RUNNING']);
    expect(story.cycles('UPDATE', '03-02 15:00')).toEqual(['1 SEV2 03-02 15:00 → 03-03 15:00 RUNNING']);
    expect(story.cycles('RESOLUTION', '03-02 15:00')).toEqual(['1 SEV2 03-02 15:00 → 03-04 15:00 RUNNING']);
  });

  it('counts from Monday 08:00 for a Saturday: two days are used up on Tuesday at closing', () => {
    expect(opened('02-28 10:00').cycles('RESOLUTION', '02-28 10:00')).toEqual([
      '1 SEV2 02-28 10:00 → 03-03 17:00 RUNNING',
    ]);
  });

  it('leaves out Thanksgiving and the weekend', () => {
    // Wednesday 15:00; the working dates after it are Friday 27 and Monday 30.
    const story = opened('11-25 15:00');
    expect(story.cycles('UPDATE', '11-25 15:00')).toEqual(['1 SEV2 11-25 15:00 → 11-27 15:00 RUNNING']);
    expect(story.cycles('RESOLUTION', '11-25 15:00')).toEqual(['1 SEV2 11-25 15:00 → 11-30 15:00 RUNNING']);
  });

  it('counts round the clock through the change to summer time, at best effort for the resolution', () => {
    // Sunday, 8 March, 01:50; 02:00 is 03:00. An hour later the clock shows 03:50.
    const story = opened('03-08 01:50', SEV1);
    expect(story.cycles('RESPONSE', '03-08 01:50')).toEqual(['1 SEV1 03-08 01:50 → 03-08 03:05 RUNNING']);
    expect(story.cycles('UPDATE', '03-08 01:50')).toEqual(['1 SEV1 03-08 01:50 → 03-08 03:50 RUNNING']);
    expect(story.cycles('RESOLUTION', '03-08 01:50')).toEqual(['1 SEV1 03-08 01:50 → - BEST_EFFORT']);
  });

  it('is in time at the due instant, and late from the next millisecond on', () => {
    const inTime = opened('03-02 15:00').add('03-03 10:00', { kind: 'acknowledge' });
    expect(inTime.cycles('RESPONSE', '03-06 10:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-03 10:00 FULFILLED, ended 03-03 10:00',
    ]);
    const late = opened('03-02 15:00').add('03-03 10:00:00.001', { kind: 'acknowledge' });
    expect(late.cycles('RESPONSE', '03-03 10:00')).toEqual(['1 SEV2 03-02 15:00 → 03-03 10:00 AT_RISK']);
    expect(late.cycles('RESPONSE', '03-06 10:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-03 10:00 FULFILLED_LATE, ended 03-03 10:00:00.001, breached 03-03 10:00',
    ]);
  });

  it('moves a due instant by the business time of a pause, and has none while paused', () => {
    const story = opened('03-02 15:00').add('03-03 09:00', WAIT).add('03-03 18:00', MESSAGE);
    expect(story.cycles('RESOLUTION', '03-03 12:00')).toEqual(['1 SEV2 03-02 15:00 → - PAUSED']);
    // 8 hours of Tuesday, 09:00 to 17:00: 2 of them on Wednesday after 15:00, 6 on Thursday.
    expect(story.cycles('RESOLUTION', '03-03 18:00')).toEqual(['1 SEV2 03-02 15:00 → 03-05 14:00 RUNNING']);
    // RESPONSE is not paused.
    expect(story.cycles('RESPONSE', '03-03 09:30')).toEqual(['1 SEV2 03-02 15:00 → 03-03 10:00 AT_RISK']);
  });

  it('does not count a pause that began at the due instant, nor one that runs at the end', () => {
    const breached = opened('03-02 15:00').add('03-03 15:00', WAIT);
    expect(breached.cycles('UPDATE', '03-03 16:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-03 15:00 BREACHED, breached 03-03 15:00',
    ]);
    const ended = opened('03-02 15:00').add('03-03 14:00', WAIT).add('03-05 10:00', { kind: 'resolve' });
    expect(ended.cycles('RESOLUTION', '03-05 10:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-04 15:00 FULFILLED, ended 03-05 10:00',
    ]);
  });

  it('begins paused while the ticket waits, and counts the pause from its own start', () => {
    const story = opened('03-02 15:00').add('03-03 09:00', WAIT).add('03-03 11:00', REPLY).add('03-03 12:00', MESSAGE);
    expect(story.cycles('UPDATE', '03-03 11:00')[1]).toBe('2 SEV2 03-03 11:00 → - PAUSED');
    // Wednesday 11:00 and the one hour of the pause since 11:00.
    expect(story.cycles('UPDATE', '03-03 12:00')[1]).toBe('2 SEV2 03-03 11:00 → 03-04 12:00 RUNNING');
  });

  it('starts UPDATE afresh with each reply, and pauses until the last reason has gone', () => {
    const story = opened('03-02 15:00').add('03-03 11:00', REPLY);
    expect(story.cycles('UPDATE', '03-03 11:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-03 15:00 FULFILLED, ended 03-03 11:00',
      '2 SEV2 03-03 11:00 → 03-04 11:00 RUNNING',
    ]);
    // Waiting for a third party pauses nothing under this policy.
    story.add('03-03 12:00', { kind: 'startWaiting', reason: 'THIRD_PARTY', until: null });
    expect(story.cycles('UPDATE', '03-03 13:00')[1]).toBe('2 SEV2 03-03 11:00 → 03-04 11:00 RUNNING');
  });

  it('lowers by a workaround from the same start, and restores by its withdrawal', () => {
    const story = opened('03-02 15:00').add('03-03 09:00', { kind: 'applyWorkaround', remaining: CONTAINED });
    // SEV4: 5 and 10 business days from Monday 15:00; RESPONSE is fulfilled by the workaround.
    expect(story.at('03-03 09:00').state).toBe('workaroundApplied');
    expect(story.cycles('RESPONSE', '03-03 09:00')[0]).toContain('FULFILLED, ended 03-03 09:00');
    expect(story.cycles('UPDATE', '03-03 09:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-03 15:00 SUPERSEDED, ended 03-03 09:00',
      '2 SEV4 03-02 15:00 → 03-09 15:00 RUNNING',
    ]);
    expect(story.cycles('RESOLUTION', '03-03 09:00')[1]).toBe('2 SEV4 03-02 15:00 → 03-16 15:00 RUNNING');
    // On Wednesday, UPDATE as it was promised (Tuesday 15:00) is past: from now. RESOLUTION is not.
    story.add('03-04 10:00', { kind: 'withdrawWorkaround' });
    expect(story.at('03-04 10:00').state).toBe('open');
    expect(story.cycles('UPDATE', '03-04 10:00')[2]).toBe('3 SEV2 03-04 10:00 → 03-05 10:00 RUNNING');
    expect(story.cycles('RESOLUTION', '03-04 10:00')[2]).toBe('3 SEV2 03-02 15:00 → 03-04 15:00 RUNNING');
  });

  it('breaches at a raise whose due instant is past, and keeps an UPDATE that is due no later', () => {
    const story = opened('03-02 15:00', SEV3).add('03-03 14:00', REPLY);
    // UPDATE of SEV3: two days from Tuesday 14:00. SEV2 on Thursday 10:00 would be Friday 10:00.
    story.add('03-05 10:00', { kind: 'reclassify', impacts: SEV2 });
    expect(story.cycles('UPDATE', '03-05 10:00')[1]).toBe('2 SEV3 03-03 14:00 → 03-05 14:00 AT_RISK');
    expect(story.cycles('RESOLUTION', '03-05 10:00')).toEqual([
      '1 SEV3 03-02 15:00 → 03-11 15:00 SUPERSEDED, ended 03-05 10:00',
      '2 SEV2 03-02 15:00 → 03-04 15:00 BREACHED, breached 03-05 10:00 by change',
    ]);
  });

  it('keeps the promise of a resolution through SEV1, whose own is best effort', () => {
    const story = opened('03-02 15:00').add('03-03 09:00', { kind: 'reclassify', impacts: SEV1 });
    expect(story.cycles('RESOLUTION', '03-03 09:00')).toEqual(['1 SEV2 03-02 15:00 → 03-04 15:00 RUNNING']);
    // From now: an hour, which is before Tuesday 15:00. RESPONSE: 15 minutes.
    expect(story.cycles('UPDATE', '03-03 09:00')[1]).toBe('2 SEV1 03-03 09:00 → 03-03 10:00 RUNNING');
    expect(story.cycles('RESPONSE', '03-03 09:00')[1]).toBe('2 SEV1 03-03 09:00 → 03-03 09:15 RUNNING');
  });

  it('starts a resolution now where the cycle before it was at best effort', () => {
    // Two business days from the workaround. UPDATE, one business day, is carried from the reply.
    const story = opened('03-02 15:00', SEV1).add('03-02 15:10', REPLY);
    story.add('03-02 15:30', { kind: 'applyWorkaround', remaining: SEV2 });
    expect(story.cycles('RESOLUTION', '03-02 15:30')).toEqual([
      '1 SEV1 03-02 15:00 → - SUPERSEDED, ended 03-02 15:30',
      '2 SEV2 03-02 15:30 → 03-04 15:30 RUNNING',
    ]);
    expect(story.cycles('UPDATE', '03-02 15:30')[2]).toBe('3 SEV2 03-02 15:10 → 03-03 15:10 RUNNING');
    // Withdrawn within the hour from the reply: UPDATE as it was, RESOLUTION goes on.
    story.add('03-02 16:00', { kind: 'withdrawWorkaround' });
    expect(story.cycles('UPDATE', '03-02 16:00')[3]).toBe('4 SEV1 03-02 15:10 → 03-02 16:10 AT_RISK');
    expect(story.cycles('RESOLUTION', '03-02 16:00')[1]).toBe('2 SEV2 03-02 15:30 → 03-04 15:30 RUNNING');
  });

  it('leaves a breached resolution open through a raise to best effort', () => {
    const story = opened('03-02 15:00').add('03-04 16:00', { kind: 'reclassify', impacts: SEV1 });
    expect(story.cycles('RESOLUTION', '03-04 16:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-04 15:00 BREACHED, breached 03-04 15:00',
    ]);
  });

  it('ends a breached cycle where the new due instant is still to come', () => {
    const story = opened('03-02 15:00').add('03-03 16:00', { kind: 'reclassify', impacts: SEV3 });
    // UPDATE of SEV3 from Monday 15:00 is Wednesday 15:00. RESPONSE, Tuesday 15:00, is past.
    expect(story.cycles('UPDATE', '03-03 16:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-03 15:00 BREACHED, ended 03-03 16:00, breached 03-03 15:00',
      '2 SEV3 03-02 15:00 → 03-04 15:00 RUNNING',
    ]);
    expect(story.cycles('RESPONSE', '03-03 16:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-03 10:00 BREACHED, breached 03-03 10:00',
    ]);
  });

  it('gives a reopened ticket the rest of its target, and at least a tenth', () => {
    // Resolved after 9 of 18 hours; 9 are left on Wednesday 10:00: 7 until closing, 2 on Thursday.
    const story = opened('03-02 15:00').add('03-03 15:00', { kind: 'resolve' }).add('03-04 10:00', { kind: 'reopen' });
    expect(story.cycles('RESOLUTION', '03-04 10:00')[1]).toBe('2 SEV2 03-04 10:00 → 03-05 10:00 RUNNING');
    expect(story.cycles('UPDATE', '03-04 10:00')[1]).toBe('2 SEV2 03-04 10:00 → 03-05 10:00 RUNNING');
    expect(story.cycles('RESPONSE', '03-04 10:00')).toHaveLength(1);
    // Resolved again after 8.5 more: 30 minutes are left, a tenth is 1 hour 48 minutes.
    story.add('03-05 09:30', { kind: 'resolve' }).add('03-05 10:00', { kind: 'reopen' });
    expect(story.cycles('RESOLUTION', '03-05 10:00')[2]).toBe('3 SEV2 03-05 10:00 → 03-05 11:48 RUNNING');
  });

  it('cancels what runs, and leaves what is breached, when it is closed unresolved', () => {
    const story = opened('03-02 15:00').add('03-03 12:00', { kind: 'close', why: 'A duplicate.' });
    expect(story.cycles('RESPONSE', '03-04 12:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-03 10:00 BREACHED, ended 03-03 12:00, breached 03-03 10:00',
    ]);
    expect(story.cycles('UPDATE', '03-04 12:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-03 15:00 CANCELLED, ended 03-03 12:00',
    ]);
  });
});
