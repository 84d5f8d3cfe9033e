import { describe, expect, it } from '@jest/globals';
import { parsePolicyDocument, readPolicyVersion, UnreadablePolicy } from '../../src/domain/policy/policy-document';
import { CIMCLOUD_DOCUMENT } from '../support/domain';

type Data = Record<string, unknown>;

/** The document as the database holds it, changed by a function. */
const storedWith = (change: (data: Data) => void): Data => {
  const data = JSON.parse(JSON.stringify(CIMCLOUD_DOCUMENT)) as Data;
  change(data);
  return data;
};

/** Sets the field at a path; `undefined` removes it. */
const set = (path: string, value: unknown) => (data: Data) => {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const holder = steps.reduce<Data>((part, step) => part[step] as Data, data);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
};

describe('a policy document from the database', () => {
  it('is read as it was published', () => {
    const stored = storedWith(() => undefined);
    expect(parsePolicyDocument(stored, 'p')).toEqual(CIMCLOUD_DOCUMENT);
    expect(readPolicyVersion(stored, 'cimcloud', 3)).toMatchObject({ ...CIMCLOUD_DOCUMENT, version: 3 });
  });

  it('from before `loweringApproval` existed requires approval of overrides', () => {
    const stored = storedWith(set('loweringApproval', undefined));
    expect(parsePolicyDocument(stored, 'p').loweringApproval).toBe('OVERRIDES');
  });

  it('from before `lateEntry` existed needs a reason after 15 minutes', () => {
    const stored = storedWith(set('lateEntryMs', undefined));
    expect(parsePolicyDocument(stored, 'p').lateEntryMs).toBe(900_000);
  });

  it('may have fields of a newer version', () => {
    expect(() => parsePolicyDocument(storedWith(set('mood', 'fine')), 'p')).not.toThrow();
  });

  it.each<[path: string, value: unknown, problem: string]>([
    ['title', undefined, 'title is missing; it takes text'],
    ['rules', {}, 'rules takes a list, not an object'],
    ['rules.1.consequences.0', 'GLOOM', 'rules[1].consequences[0] takes one of ORDERING_BLOCKED'],
    [
      'rules.0.severity',
      'SEV5',
      'rules[0].severity takes one of the severities declared, SEV1, SEV2, SEV3, SEV4, not SEV5',
    ],
    ['loweringApproval', 'SOMETIMES', 'loweringApproval takes one of OVERRIDES, ALWAYS, NEVER, not "SOMETIMES"'],
    ['severities', [], 'severities takes at least one severity'],
    ['severities.0.severity', 'SEV2', 'severities[0].severity takes SEV1 here, not SEV2'],
    ['severities.0.targets.RESPONSE', null, 'severities[0].targets.RESPONSE takes an object, not null'],
    ['facts.audiences.0.code', 'ANY', 'facts.audiences[0].code takes capital letters, digits and _, not "ANY"'],
    ['facts.audiences', [], 'rules[0].audience takes one of ANY, not ALL_END_USERS'],
    [
      'severities.1.targets.RESPONSE.span.calendar',
      'lunar',
      'severities[1].targets.RESPONSE.span.calendar takes one of the calendars business, roundTheClock, not lunar',
    ],
    [
      'severities.1.targets.RESPONSE.span.amount',
      0,
      'severities[1].targets.RESPONSE.span.amount takes more than 0, not 0',
    ],
    ['closeAfterSilence.calendar', 'lunar', 'closeAfterSilence.calendar takes one of the calendars'],
    ['marks', [], 'marks takes a mark named atRisk'],
    ['marks.0.fraction', -1, 'marks[0].fraction takes more than 0, not -1'],
    ['lateEntryMs', -1, 'lateEntryMs takes at least 0, not -1'],
    ['reopeningMinimum', 1.5, 'reopeningMinimum takes more than 0 and at most 1, not 1.5'],
    ['pauses.CLIENT.0', 'HOPE', 'pauses.CLIENT[0] takes one of RESPONSE, UPDATE, RESOLUTION, not "HOPE"'],
    ['calendars.business.week.mon.0', ['09:00'], 'calendars.business.week.mon[0] takes a list of two, not a list'],
    ['calendars.business.timeZone', 'Mars/Olympus', 'calendars.business cannot be used: '],
  ])('with %s set to %j is an error that names policy, version, field and problem', (path, value, problem) => {
    const read = () => readPolicyVersion(storedWith(set(path, value)), 'cimcloud', 3);
    expect(read).toThrow(UnreadablePolicy);
    expect(read).toThrow(`Version 3 of the policy cimcloud cannot be read: ${problem}`);
  });

  it.each([null, 'text', [], {}])('that is %j is an error', (data) => {
    expect(() => readPolicyVersion(data, 'cimcloud', 3)).toThrow(UnreadablePolicy);
  });
});
