import { describe, expect, it } from '@jest/globals';
import { readPolicy } from '../model/policy';
import { AUTO_REPLY, CONTAINED, local, MESSAGE, REPLY, SEV1, SEV2, SEV3, Story, WAIT } from '../model/story';

// Monday, 2 March 2026 is 03-02. The response of SEV1 is due after 15 minutes.
const cimcloud = readPolicy('policies/cimcloud.yaml');
const opened = (at: string, impacts = SEV2) => new Story(cimcloud, at, impacts);
const ON_THE_PHONE = { happened: '03-02 12:10', reason: 'Entered after the call.' };

describe("the model's late entries", () => {
  it('proposes a waiver with a late entry that shows that the promise was kept', () => {
    const story = opened('03-02 12:00', SEV1).add('03-02 12:30', { kind: 'acknowledge' }, ON_THE_PHONE);
    const decide = { kind: 'approveWaiver', commitment: 'RESPONSE', cycle: 1 } as const;
    const line = '1 SEV1 03-02 12:00 → 03-02 12:15 FULFILLED_LATE, ended 03-02 12:10, breached 03-02 12:15';
    expect(story.cycles('RESPONSE', '03-02 12:30')).toEqual([`${line}, waiver proposed with 0`]);
    story.add('03-02 12:31', decide).add('03-02 12:32', decide, { by: 'ben' }).add('03-02 12:33', decide);
    expect(story.verdicts()).toEqual(['accepted', 'SameAgent', 'accepted', 'NothingProposed']);
    expect(story.cycles('RESPONSE', '03-02 13:00')).toEqual([`${line}, waived by ben`]);
  });

  it('answers as it was known then, and as it is known later', () => {
    const story = opened('03-02 12:00', SEV1).add('03-02 12:30', { kind: 'acknowledge' }, ON_THE_PHONE);
    expect(story.cycles('RESPONSE', '03-02 12:12')[0]).toContain('03-02 12:15 AT_RISK');
    expect(story.cycles('RESPONSE', '03-02 12:12', '03-02 12:30')[0]).toContain('FULFILLED, ended 03-02 12:10');
    const silent = opened('03-02 12:00', SEV1);
    expect(silent.cycles('RESPONSE', '03-02 12:15', '03-02 12:20')[0]).toContain('AT_RISK');
    expect(silent.cycles('RESPONSE', '03-02 12:15:00.001', '03-02 12:20')[0]).toContain('BREACHED');
    expect(story.cycles('RESPONSE', '03-02 12:20')[0]).toContain('BREACHED, breached 03-02 12:15');
    expect(story.cycles('RESPONSE', '03-02 12:20', '03-02 12:30')[0]).toContain('FULFILLED_LATE, ended 03-02 12:10');
  });

  it('proposes nothing where the late entry happened after the due instant', () => {
    const story = opened('03-02 12:00', SEV1);
    story.add('03-02 12:40', { kind: 'acknowledge' }, { happened: '03-02 12:16', reason: 'Entered late.' });
    expect(story.cycles('RESPONSE', '03-02 12:40')[0]).toMatch(/breached 03-02 12:15$/);
  });

  it('needs a reason from more than 15 minutes on, and takes nothing from the future or out of order', () => {
    const story = opened('03-02 12:00')
      .add('03-02 12:30', REPLY, { happened: '03-02 12:15' })
      .add('03-02 12:31', REPLY, { happened: '03-02 12:15:59.999' })
      .add('03-02 12:31', REPLY, { happened: '03-02 12:14', reason: 'Entered late.' })
      .add('03-02 12:31', REPLY, { happened: '03-02 12:31:00.001' });
    expect(story.verdicts()).toEqual(['accepted', 'ReasonNeeded', 'OutOfOrder', 'InTheFuture']);
  });

  it('goes by the time of happening: a late pause that began before the breach does not move it', () => {
    // UPDATE was due on Tuesday 15:00. RESOLUTION is paused from Tuesday 14:00 on.
    const story = opened('03-02 15:00').add('03-03 16:00', WAIT, { happened: '03-03 14:00', reason: 'Entered late.' });
    expect(story.cycles('UPDATE', '03-03 16:00')).toEqual([
      '1 SEV2 03-02 15:00 → 03-03 15:00 BREACHED, breached 03-03 15:00',
    ]);
    story.add('03-03 17:00', { kind: 'stopWaiting', reason: 'CLIENT' });
    // Three hours from Wednesday 15:00: two until closing, one on Thursday.
    expect(story.cycles('RESOLUTION', '03-03 17:00')).toEqual(['1 SEV2 03-02 15:00 → 03-05 09:00 RUNNING']);
  });
});

describe("the model's people", () => {
  it('closes after five business days of silence, which an inbound message restarts', () => {
    const story = opened('03-02 12:00').add('03-03 15:00', { kind: 'resolve' });
    expect(story.at('03-10 14:59').state).toBe('resolved');
    expect(story.at('03-10 15:00', '03-10 15:01').state).toBe('closed');
    story.add('03-05 11:00', MESSAGE).add('03-12 11:00', AUTO_REPLY).add('03-12 11:01', MESSAGE);
    expect(story.verdicts()).toEqual(['accepted', 'accepted', 'accepted', 'FollowUpNeeded']);
    expect(local(story.at('03-06 11:00').silentSince ?? 0)).toBe('03-05 11:00');
  });

  it('awaits a reply since the oldest message that no written reply has answered', () => {
    const story = opened('03-02 12:00').add('03-02 13:00', MESSAGE).add('03-02 14:00', { kind: 'recordCall' });
    story.add('03-02 14:30', AUTO_REPLY);
    expect(story.at('03-02 14:30').awaitingReplySince).toBe(story.at('03-02 13:00').awaitingReplySince);
    expect(local(story.at('03-02 14:30').awaitingReplySince ?? 0)).toBe('03-02 13:00');
    expect(story.cycles('UPDATE', '03-02 14:30')).toHaveLength(1);
    expect(story.add('03-02 15:00', REPLY).at('03-02 15:00').awaitingReplySince).toBeNull();
  });

  it('holds an override upward at once, and downward when another agent approves it', () => {
    const down = { kind: 'reclassify', override: 'SEV4', why: 'A trifle.' } as const;
    const story = opened('03-02 12:00')
      .add('03-02 13:00', { ...down, override: 'SEV1' })
      .add('03-02 13:01', down);
    expect(story.at('03-02 13:01')).toMatchObject({ severity: 'SEV1', override: 'SEV1', overrideProposed: true });
    story
      .add('03-02 13:02', { kind: 'approveOverride' })
      .add('03-02 13:03', { kind: 'approveOverride' }, { by: 'ben' });
    expect(story.verdicts().slice(2)).toEqual(['SameAgent', 'accepted']);
    expect(story.at('03-02 13:03')).toMatchObject({ severity: 'SEV4', override: 'SEV4', overrideProposed: false });
    story.add('03-02 13:04', { kind: 'reclassify', impacts: SEV3 });
    expect(story.at('03-02 13:04')).toMatchObject({ severity: 'SEV3', override: null });
  });

  it('refuses a workaround that lowers nothing, and a withdrawal after a reclassification', () => {
    const story = opened('03-02 12:00', SEV1)
      .add('03-02 12:01', { kind: 'applyWorkaround', remaining: [...SEV1, ...SEV3] })
      .add('03-02 12:02', { kind: 'applyWorkaround', remaining: SEV2 })
      .add('03-02 12:03', { kind: 'applyWorkaround', remaining: [...SEV2, ...SEV2] })
      .add('03-02 12:04', { kind: 'applyWorkaround', remaining: [...SEV2, ...CONTAINED] })
      .add('03-02 12:05', { kind: 'reclassify', impacts: SEV3 })
      .add('03-02 12:06', { kind: 'withdrawWorkaround' });
    const [first, ...others] = story.verdicts();
    expect(first).toBe('SeverityNotLowered');
    expect(others).toEqual(['accepted', 'ImpactNotLowered', 'accepted', 'accepted', 'ReclassifiedSince']);
  });

  it('takes a contradiction first, then times, then the state', () => {
    const contradiction = [{ audience: 'NOBODY', consequence: 'ORDERING_BLOCKED' }];
    const story = opened('03-02 12:00').add('03-02 12:01', { kind: 'close', why: 'A duplicate.' });
    story.add('03-02 12:02', { kind: 'reclassify', impacts: contradiction }, { happened: '03-02 12:03' });
    story.add('03-02 12:02', { kind: 'reclassify', impacts: SEV3 }, { happened: '03-02 12:03' });
    story.add('03-02 12:02', { kind: 'reclassify', impacts: SEV3 });
    expect(story.verdicts().slice(1)).toEqual(['ContradictoryImpact', 'InTheFuture', 'IllegalTransition']);
  });

  it('takes notes and tags on a closed ticket, and no other change', () => {
    const story = opened('03-02 12:00').add('03-02 12:01', { kind: 'close', why: 'A duplicate.' });
    story.add('03-02 12:02', { kind: 'addNote', text: 'See the other one.' });
    story.add('03-02 12:03', { kind: 'updateTicket', changes: { tags: ['erp'] } });
    story.add('03-02 12:04', { kind: 'updateTicket', changes: { tags: [], subject: 'Checkout' } });
    expect(story.verdicts().slice(1)).toEqual(['accepted', 'accepted', 'IllegalTransition']);
    expect(story.at('03-02 13:00')).toMatchObject({ notes: 1, details: { tags: ['erp'], subject: '' } });
  });

  it('reports a chase date that comes while the ticket waits, and goes on waiting', () => {
    const until = new Date('2026-03-04T14:00Z').getTime();
    const story = opened('03-02 12:00').add('03-02 12:01', { kind: 'startWaiting', reason: 'OTHER_TICKET', until });
    expect(story.at('03-04 08:59').chased).toEqual([]);
    expect(story.at('03-04 09:01')).toMatchObject({
      chased: [{ reason: 'OTHER_TICKET', at: until }],
      waiting: ['OTHER_TICKET'],
    });
  });
});
