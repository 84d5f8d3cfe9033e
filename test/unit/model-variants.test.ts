import { describe, expect, it } from '@jest/globals';
import { policyOf } from '../model/policy';
import { policyVariant } from '../model/policy-variants';
import { AUTO_REPLY, CONTAINED, MESSAGE, REPLY, SEV1, SEV2, SEV3, Story, WAIT } from '../model/story';

// Monday, 2 March 2026 is 03-02. Business hours are 08:00 to 17:00 in New York where not stated.
const opened = (variant: string, at: string, impacts = SEV2) =>
  new Story(policyOf(policyVariant(variant)), at, impacts);

describe('the model, under other settings of the policy', () => {
  it('counts from the change where a lowering restarts', () => {
    const story = opened('restart', '03-02 15:00').add('03-03 09:00', { kind: 'reclassify', impacts: SEV3 });
    // Seven business days from Tuesday, 3 March, 09:00: Thursday, 12 March.
    expect(story.cycles('RESOLUTION', '03-03 09:00')[1]).toBe('2 SEV3 03-03 09:00 → 03-12 09:00 RUNNING');
    expect(story.cycles('RESPONSE', '03-03 09:00')[1]).toBe('2 SEV3 03-03 09:00 → 03-04 09:00 RUNNING');
  });

  it('is due at the last closing of the day', () => {
    const story = opened('closeOfBusiness', '03-02 15:00');
    expect(story.cycles('RESOLUTION', '03-02 15:00')).toEqual(['1 SEV2 03-02 15:00 → 03-04 17:00 RUNNING']);
  });

  it('proposes every lowering, or none', () => {
    const always = opened('approvalAlways', '03-02 15:00').add('03-02 16:00', { kind: 'reclassify', impacts: SEV3 });
    expect(always.at('03-02 16:00')).toMatchObject({ severity: 'SEV2', impacts: SEV2, overrideProposed: true });
    always.add('03-02 16:01', { kind: 'approveOverride' }, { by: 'ben' });
    expect(always.at('03-02 16:01')).toMatchObject({ severity: 'SEV3', impacts: SEV3, overrideProposed: false });
    const never = opened('approvalNever', '03-02 15:00');
    never.add('03-02 16:00', { kind: 'reclassify', override: 'SEV4', why: 'A trifle.' });
    expect(never.at('03-02 16:00')).toMatchObject({ severity: 'SEV4', override: 'SEV4' });
  });

  it('pauses until the last of two reasons has gone', () => {
    const story = opened('everyWaitPauses', '03-02 15:00')
      .add('03-03 09:00', WAIT)
      .add('03-03 10:00', { kind: 'startWaiting', reason: 'THIRD_PARTY', until: null })
      .add('03-03 11:00', MESSAGE)
      .add('03-03 12:00', { kind: 'stopWaiting', reason: 'THIRD_PARTY' });
    // UPDATE waited for the client alone, two hours from 09:00; RESOLUTION for both, three hours.
    expect(story.cycles('UPDATE', '03-03 11:30')[0]).toBe('1 SEV2 03-02 15:00 → 03-03 17:00 RUNNING');
    expect(story.cycles('RESOLUTION', '03-03 11:30')[0]).toBe('1 SEV2 03-02 15:00 → - PAUSED');
    // Two hours of Wednesday from 15:00, one of Thursday.
    expect(story.cycles('RESOLUTION', '03-03 12:00')[0]).toBe('1 SEV2 03-02 15:00 → 03-05 09:00 RUNNING');
  });

  it('records each mark once, before the due instant and after it', () => {
    // The total of UPDATE is nine hours: 4.5 of them are over on Tuesday 10:30, 8.1 on Tuesday
    // 14:06, 11.25 on Wednesday 08:15.
    const story = opened('ladder', '03-02 15:00').add('03-05 08:00', AUTO_REPLY);
    const marks = story.at('03-05 08:00').cycles.find(({ kind }) => kind === 'UPDATE')?.marks ?? [];
    const at = (text: string) => opened('ladder', text).at(text).cycles[0]?.startedAt;
    expect(marks).toEqual([
      { name: 'atRisk', at: at('03-03 10:30') },
      { name: 'nearlyDue', at: at('03-03 14:06') },
      { name: 'escalate', at: at('03-04 08:15') },
    ]);
  });

  it('records no mark that was past when the cycle began to apply', () => {
    // SEV2 from Monday 15:00 is due on Wednesday 15:00: 90 % of 18 hours are over at 13:12.
    const story = opened('ladder', '03-02 15:00', SEV3).add('03-04 13:30', { kind: 'reclassify', impacts: SEV2 });
    const resolution = story.at('03-04 14:30').cycles.at(-1);
    expect(resolution).toMatchObject({ number: 2, status: 'AT_RISK', marks: [] });
  });

  it('refuses an opening beyond the calendar, and takes every command on an open ticket', () => {
    // Two business days from Wednesday, 30 December, end in 2027, whose holidays are not known.
    expect(() => opened('shortHorizon', '12-30 10:00').at('12-30 10:00')).toThrow('There was no ticket');
    const story = opened('shortHorizon', '12-30 10:00', SEV1).add('12-31 09:00', { kind: 'reclassify', impacts: SEV2 });
    story.add('12-31 12:00', REPLY);
    expect(story.verdicts()).toEqual(['accepted', 'accepted']);
    expect(story.cycles('RESOLUTION', '12-31 12:00')[1]).toBe('2 SEV2 12-31 09:00 → - UNKNOWN');
  });

  it('has no cycle where nothing is promised, and starts one as a raise or a lowering would', () => {
    const story = opened('absent', '03-02 15:00', CONTAINED);
    expect(story.cycles('UPDATE', '03-02 15:00')).toEqual([]);
    story.add('03-03 09:00', { kind: 'reclassify', impacts: SEV2 });
    // A raise: UPDATE from now, RESOLUTION from the opening.
    expect(story.cycles('UPDATE', '03-03 09:00')).toEqual(['1 SEV2 03-03 09:00 → 03-04 09:00 RUNNING']);
    expect(story.cycles('RESOLUTION', '03-03 09:00')).toEqual(['1 SEV2 03-02 15:00 → 03-04 15:00 RUNNING']);
    story.add('03-03 09:30', { kind: 'reclassify', impacts: SEV1 });
    expect(story.cycles('RESOLUTION', '03-03 09:30')).toEqual([
      '1 SEV2 03-02 15:00 → 03-04 15:00 SUPERSEDED, ended 03-03 09:30',
    ]);
    // A lowering: from the opening, seven business days.
    story.add('03-03 09:40', REPLY).add('03-03 09:45', { kind: 'reclassify', impacts: SEV3 });
    expect(story.cycles('RESOLUTION', '03-03 09:45')[1]).toBe('2 SEV3 03-02 15:00 → 03-11 15:00 RUNNING');
    // SEV3 promises no response, and there has been one: none begins at SEV2.
    expect(
      story.add('03-03 09:50', { kind: 'reclassify', impacts: SEV2 }).cycles('RESPONSE', '03-03 09:50'),
    ).toHaveLength(3);
  });

  it('counts through a break, a night shift, a holiday of its own and short days', () => {
    // Monday 12:30 is in the break: moved to 13:00. Tuesday is a holiday in the week after only.
    const monday = opened('oddHours', '03-02 12:30');
    // Two dates on, Wednesday: open 10:00 to 14:00, so 13:00. The total from 13:00 on Monday is
    // 4.5 + 9 + 3 hours, which are used up on Wednesday at 13:00.
    expect(monday.cycles('RESOLUTION', '03-02 12:30')).toEqual(['1 SEV2 03-02 12:30 → 03-04 13:00 RUNNING']);
    // Friday 15:00; Saturday and Sunday are working dates. Saturday 15:00 is before its opening at
    // 22:00, which is the total's end: 2 hours until Friday's closing.
    const friday = opened('oddHours', '03-06 15:00');
    expect(friday.cycles('UPDATE', '03-06 15:00')).toEqual(['1 SEV2 03-06 15:00 → 03-06 17:00 RUNNING']);
    // Sunday, 8 March, 15:00 is after the night shift, which ends at 03:30, 2.5 hours after 00:00.
    expect(friday.cycles('RESOLUTION', '03-06 15:00')).toEqual(['1 SEV2 03-06 15:00 → 03-08 03:30 RUNNING']);
  });
});
