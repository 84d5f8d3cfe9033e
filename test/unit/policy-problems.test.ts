import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { DocumentError, type DocumentProblem } from '../../src/adapters/documents/document-error';
import { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import { FORMER_FACTS } from '../../src/domain/policy/facts';

const sound = readFileSync(join(__dirname, '../support/policies/three-levels.yaml'), 'utf8');

function problemsOf(text: string): readonly DocumentProblem[] {
  try {
    parsePolicy(text, { fileName: 'broken.yaml' });
    return [];
  } catch (error) {
    if (error instanceof DocumentError) return error.problems;
    throw error;
  }
}

/** Breaks the sound policy: `find` becomes `replace`, once. */
function broken(find: string, replace: string): string {
  expect(sound).toContain(find);
  return sound.replace(find, () => replace);
}

type Row = [find: string, replace: string, line: number, field: string, message: string];

const outage = 'clause: outage\n    severity: SEV1\n    audience: ANY';
const always = 'amount: 30, unit: MINUTES, calendar: always';
const response = 'severities[0].targets.RESPONSE';
const office = 'severities[1].targets.RESPONSE';

// Each row breaks the sound policy in one place; its lines are those of three-levels.yaml.
const rows: Row[] = [
  // What is missing, superfluous or of another kind
  ['id: three-levels\n', '', 1, 'id', 'is missing; it takes text'],
  ['id: three-levels', 'id: Three Levels', 2, 'id', 'takes a short name of small letters'],
  ['title: Northern', 'titel: Northern', 3, 'titel', 'did you mean "title"?'],
  ['source: Invented for the tests', 'source:', 4, 'source', 'has no value; it takes text'],
  ['source: Invented for the tests', 'source: "  "', 4, 'source', 'takes 1 to 500 characters, not only white space'],
  ['source: Invented for the tests', String.raw`source: "a\0b"`, 4, 'source', 'takes text without NUL'],
  ['source: Invented for the tests', String.raw`source: "a\uD800b"`, 4, 'source', 'unpaired surrogates'],
  ['source: Invented for the tests', 'source: 2026', 4, 'source', 'put it in quotes: "2026"'],
  ['title: Critical', `title: ${'x'.repeat(201)}`, 7, 'severities[0].title', 'takes 1 to 200 characters'],
  ['title: Critical', 'title: [Critical]', 7, 'severities[0].title', 'takes text, not a list'],
  [
    'workaroundLowers: IMPACT',
    'workaroundLowers: impact',
    8,
    'severities[0].workaroundLowers',
    'did you mean "IMPACT"?',
  ],
  ['[SUBMIT_TICKET, CALL]', '[CALL, CALL]', 9, 'severities[0].clientActions', 'CALL occurs twice'],
  ['[SUBMIT_TICKET, CALL]', '[]', 9, 'severities[0].clientActions', 'takes at least 1'],
  ['onLowering: restart', 'onLowering: keep', 90, 'onLowering', 'takes one of carry, restart, not "keep"'],
  ['OTHER_TICKET: []', 'OTHER: []', 86, 'pauses.OTHER_TICKET', 'is missing'],
  ['[RESOLUTION]', '[RESOLVED]', 88, 'pauses.THIRD_PARTY[0]', 'takes one of RESPONSE, UPDATE, RESOLUTION'],
  ['reopeningMinimum: 0.25', 'reopeningMinimum: 0', 92, 'reopeningMinimum', 'takes a number greater than 0, not 0'],
  ['reopeningMinimum: 0.25', 'reopeningMinimum: 25', 92, 'reopeningMinimum', 'takes a number up to 1, not 25'],
  ['reopeningMinimum: 0.25', 'reopeningMinimum: 25%', 92, 'reopeningMinimum', 'takes a finite number, not "25%"'],
  ['marks:', 'lateEntry: 15\nmarks:', 91, 'lateEntry', 'takes text; put it in quotes'],
  ['marks:', 'lateEntry: P40D\nmarks:', 91, 'lateEntry', 'takes an ISO 8601 duration of at most 31 days'],
  ['marks:', 'lateEntry: -PT5M\nmarks:', 91, 'lateEntry', 'such as PT15M, not "-PT5M"'],
  ['businessDayEnd: close', 'businessDayEnd: Close', 94, 'businessDayEnd', 'did you mean "closeOfBusiness"?'],
  // Severities
  ['severity: SEV2\n', 'severity: SEV3\n', 14, 'severities[1].severity', 'takes SEV2 here'],
  ['severity: SEV3\n', 'severity: SEV9\n', 22, 'severities[2].severity', 'takes one of SEV1, SEV2'],
  // Targets
  ['RESOLUTION: { amount: 8', 'RESOLVED: { amount: 8', 13, 'severities[0].targets.RESOLVED', 'known are RESPONSE'],
  ['amount: 30', 'amount: 0', 11, `${response}.amount`, 'takes more than 0 and at most 527040 minutes'],
  ['amount: 30', 'amount: -2', 11, `${response}.amount`, 'not -2'],
  ['amount: 30', 'amount: .inf', 11, `${response}.amount`, 'takes a finite number, not Infinity'],
  ['amount: 30', 'amount: "30"', 11, `${response}.amount`, 'takes a finite number, not "30"'],
  ['amount: 1.5', 'amount: 0.3333', 12, 'severities[0].targets.UPDATE.amount', 'whole seconds'],
  ['amount: 2, unit: HOURS', 'amount: 9000, unit: HOURS', 19, `${office}.amount`, 'at most 8784 hours'],
  ['amount: 2, unit: HOURS', 'amount: 2, unit: hours', 19, `${office}.unit`, 'did you mean "HOURS"?'],
  ['amount: 3,', 'amount: 2.5,', 21, 'severities[1].targets.RESOLUTION.amount', 'takes whole business days, not 2.5'],
  ['amount: 3,', 'amount: 400,', 21, 'severities[1].targets.RESOLUTION.amount', 'at most 366 business days'],
  [always, 'amount: 30, unit: MINUTES', 11, `${response}.calendar`, 'is missing; a target takes'],
  [always, `${always}s`, 11, `${response}.calendar`, 'did you mean "always"?'],
  [always, 'amount: 30, unit: MINUTES, calendar: constructor', 11, `${response}.calendar`, 'takes one of'],
  [always, `bestEffort: true, ${always}`, 11, `${response}.amount`, 'cannot be combined with bestEffort'],
  [
    'bestEffort: true',
    'bestEffort: false',
    20,
    'severities[1].targets.UPDATE.bestEffort',
    'takes true, or is left out',
  ],
  ['basis: HOUSE', 'basis: ours', 20, 'severities[1].targets.UPDATE.basis', 'takes one of PUBLISHED, HOUSE'],
  ['calendar: always }', 'calendar: allways }', 93, 'closeAfterSilence.calendar', 'did you mean "always"?'],
  ['amount: 48', 'amount: -1', 93, 'closeAfterSilence.amount', 'takes more than 0'],
  // Rules
  ['clause: outage', 'clause: data', 43, 'rules[2].clause', 'rules[1] already has "data"'],
  ['clause: outage', 'clause: 4', 37, 'rules[1].clause', 'takes text; put it in quotes: "4"'],
  ['clause: outage', 'clause: the outage', 37, 'rules[1].clause', 'takes a short name'],
  [
    outage,
    'clause: outage\n    severity: SEV4\n    audience: ANY',
    38,
    'rules[1].severity',
    'SEV1, SEV2, SEV3, not SEV4',
  ],
  [
    outage,
    'clause: outage\n    severity: SEV1\n    audience: ALL',
    39,
    'rules[1].audience',
    'takes one of ALL_END_USERS',
  ],
  ['[QUESTION, TRAINING', '[QUESTION, QUESTION', 34, 'rules[0].consequences', 'QUESTION occurs twice'],
  ['[DEGRADED, ORDERING_BLOCKED]', '[]', 52, 'rules[3].consequences', 'takes at least 1'],
  ['[DEGRADED, ORDERING_BLOCKED]', '[ORDERING_BLOCKED]', 49, 'rules[3]', 'can never apply'], // a higher severity has it
  ['[DEGRADED, ORDERING_BLOCKED]', '[ORDER_DATA_FLOW]', 49, 'rules[3]', 'can never apply'], // an earlier one has it
  // Calendars
  ['calendars:\n  office:', 'calendars:\n  2nd office:', 56, 'calendars.2nd office', 'takes a name of letters'],
  ['zone: Europe/Berlin', 'zone: Europe/Berlinn', 57, 'calendars.office.zone', 'did you mean "Europe/Berlin"?'],
  ['zone: Europe/Berlin', 'zone: "+01:00"', 57, 'calendars.office.zone', 'takes an IANA time zone'],
  ['zone: Europe/Berlin', 'zone: BST', 57, 'calendars.office.zone', 'takes an IANA time zone'],
  ['      wed: [', '      weds: [', 61, 'calendars.office.week.weds', 'did you mean "wed"?'],
  ['wed: [08:00-12:00]', 'wed: 08:00-12:00', 61, 'calendars.office.week.wed', 'takes a list, not "08:00-12:00"'],
  ['wed: [08:00-12:00]', 'wed: [8:00-12:00]', 61, 'calendars.office.week.wed[0]', 'takes HH:MM-HH:MM'],
  ['wed: [08:00-12:00]', 'wed: [08:00-24:30]', 61, 'calendars.office.week.wed[0]', 'takes HH:MM-HH:MM'],
  ['wed: [08:00-12:00]', 'wed: [22:00-06:00]', 61, 'calendars.office.week.wed[0]', 'two intervals, 22:00-24:00'],
  ['wed: [08:00-12:00]', 'wed: [08:00-08:00]', 61, 'calendars.office.week.wed[0]', 'must close later'],
  ['wed: [08:00-12:00]', 'wed: [11:00-12:30, 08:00-12:00]', 61, 'calendars.office.week.wed', 'do not overlap'],
  ['region: DE-BY', 'region: DE-XX', 65, 'calendars.office.holidays.region', 'the states of DE are BB, BE'],
  ['region: DE-BY', 'region: Germany', 65, 'calendars.office.holidays.region', 'takes a region known to date-holidays'],
  ['region: DE-BY', 'region: de', 65, 'calendars.office.holidays.region', 'did you mean "DE"?'],
  ['region: DE-BY', 'region: DE-BY-A-B', 65, 'calendars.office.holidays.region', 'the regions of DE-BY are'],
  ['to: 2027', 'to: 2027.5', 66, 'calendars.office.holidays.horizon.to', 'takes a whole number'],
  ['to: 2027', 'to: 2024', 66, 'calendars.office.holidays.horizon', 'the first not after the last, not 2025 to 2024'],
  ['to: 2027', 'to: 9999', 66, 'calendars.office.holidays.horizon', 'takes years from 1970 to 2099'],
  ['      horizon: { from: 2025, to: 2027 }\n', '', 64, 'calendars.office.holidays.horizon', 'is missing'],
  ['plus: [2026-12-24]', 'plus: [2026-02-30]', 67, 'calendars.office.holidays.plus[0]', 'there is no 2026-02-30'],
  ['plus: [2026-12-24]', 'plus: [24.12.2026]', 67, 'calendars.office.holidays.plus[0]', 'takes a date YYYY-MM-DD'],
  ['plus: [2026-12-24]', 'plus: [2028-12-24]', 67, 'calendars.office.holidays.plus[0]', 'within the horizon'],
  [
    'plus: [2026-12-24]',
    'plus: [2026-12-24, 2026-12-24]',
    67,
    'calendars.office.holidays.plus',
    '2026-12-24 occurs twice',
  ],
  ['plus: [2026-12-24]', 'plus: [5]', 67, 'calendars.office.holidays.plus[0]', 'put it in quotes'],
  ['plus: [2026-12-24]', 'plus: [{}]', 67, 'calendars.office.holidays.plus[0].date', 'is missing'],
  [
    'plus: [2026-12-24]',
    'plus: [{ date: 2028-12-24, from: "12:00" }]',
    67,
    'calendars.office.holidays.plus[0]',
    'within the horizon',
  ],
  [
    'plus: [2026-12-24]',
    'plus: [{ date: 2026-12-24, fron: "12:00" }]',
    67,
    'calendars.office.holidays.plus[0].fron',
    'did you mean "from"?',
  ],
  [
    'plus: [2026-12-24]',
    'plus: [{ date: 2026-12-24, from: noon }]',
    67,
    'calendars.office.holidays.plus[0].from',
    'takes a time HH:MM from 00:00 to 24:00, not "noon"',
  ],
  [
    'plus: [2026-12-24]',
    'plus: [{ date: 2026-12-24, from: "12:00", to: "12:00" }]',
    67,
    'calendars.office.holidays.plus[0]',
    'ends at 12:00 and must begin earlier, not at 12:00',
  ],
  [
    'plus: [2026-12-24]',
    'plus: [2026-12-24, { date: 2026-12-24, from: "12:00" }]',
    67,
    'calendars.office.holidays.plus',
    'takes parts of a date that do not overlap; those of 2026-12-24 do',
  ],
  [
    'plus: [2026-12-24]',
    'plus: [{ date: 2026-12-24, name: "" }]',
    67,
    'calendars.office.holidays.plus[0].name',
    'takes 1 to 200 characters',
  ],
  ['minus: [2026-01-06]', 'minus: [2026-01-07]', 68, 'calendars.office.holidays.minus[0]', '2026-01-07 is not one'],
  ['minus: [2026-01-06]', 'minus: [2026-12-24]', 68, 'calendars.office.holidays.minus[0]', 'is also listed under plus'],
  ['2026-12-31: [', '2026-12-32: [', 70, 'calendars.office.special.2026-12-32', 'there is no 2026-12-32'],
  ['2026-12-31: [', '2030-12-31: [', 70, 'calendars.office.special.2030-12-31', 'within the horizon'],
  ['2026-12-31: [', '02-30: [', 70, 'calendars.office.special.02-30', 'takes an existing date; there is no 02-30'],
  ['2026-12-31: [', '2-28: [', 70, 'calendars.office.special.2-28', 'takes a date YYYY-MM-DD, or MM-DD for every year'],
  ['2026-12-31: [', '2027-02-29: [', 70, 'calendars.office.special.2027-02-29', 'there is no 2027-02-29'],
  ['    week: *week', '    week: {mon: []}', 74, 'calendars.branch.week', 'is never open'],
  // Marks
  ['[{ name: atRisk, at: 0.5 }]', '[]', 91, 'marks', 'takes a mark named atRisk'],
  ['name: atRisk', 'name: escalate', 91, 'marks', 'takes a mark named atRisk'],
  ['name: atRisk', 'name: at risk', 91, 'marks[0].name', 'takes a name of letters, digits, - and _'],
  ['at: 0.5 }', 'at: 0.5 }, {name: breach, at: 1}', 91, 'marks[1].name', 'takes another name'],
  ['at: 0.5 }', 'at: 0.5 }, {name: escalate, at: 0}', 91, 'marks[1].at', 'takes a fraction above 0 and at most 100'],
  ['at: 0.5 }', 'at: 0.5 }, {name: escalate, at: 101}', 91, 'marks[1].at', 'takes a fraction above 0 and at most 100'],
  ['at: 0.5', 'at: 1', 91, 'marks[0].at', 'between 0 and 1, both excluded'],
  ['at: 0.5 }', 'at: 0.5 }, {name: atRisk, at: 0.6}', 91, 'marks[1].name', 'occurs twice'],
  // YAML itself
  ['title: Critical', 'title: Critical\n    title: Urgent', 8, 'severities[0].title', 'occurs twice'],
  ['week: *week', 'week: *weeks', 74, 'calendars.branch.week', '*weeks refers to an anchor that'],
  ['week: *week', 'week: &own {mon: *own}', 74, 'calendars.branch.week.mon', '*own contains itself'],
  ['pauses:', '\tpauses:', 86, '(document)', 'is not valid YAML'],
  ['[SUBMIT_TICKET, CALL]', '[SUBMIT_TICKET, CALL', 10, '(document)', 'is not valid YAML'],
  ['title: Critical', 'title: !secret Critical', 7, '(document)', 'Unresolved tag'],
  ['pauses:', '---\npauses:', 86, '(document)', 'multiple documents'],
];

describe('a problem of a policy names the line, the field and what the field accepts', () => {
  it('has no problem in a sound policy', () => expect(problemsOf(sound)).toEqual([]));

  it.each(rows)('%s → %s', (find, replace, line, field, message) => {
    expect(problemsOf(broken(find, replace))).toContainEqual({
      line,
      column: expect.any(Number),
      field,
      message: expect.stringContaining(message),
    });
  });

  it('reports all problems at once, in the order of the file', () => {
    const text = broken('amount: 30', 'amount: -2')
      .replace('clause: outage', 'clause: data')
      .replace('zone: UTC', 'zone: Utopia/Here')
      .replace('to: 2027', 'to: 1960')
      .replace('title: Critical', 'title: 5')
      .replace('at: 0.5', 'at: 2');
    expect(problemsOf(text).map(({ line, field }) => `${line} ${field}`)).toEqual([
      '7 severities[0].title',
      '11 severities[0].targets.RESPONSE.amount',
      '43 rules[2].clause',
      '66 calendars.office.holidays.horizon',
      '77 calendars.always.zone',
      '91 marks[0].at',
    ]);
  });

  it('points at the column of the value', () => {
    expect(problemsOf(broken('onLowering: restart', 'onLowering: keep'))).toMatchObject([{ line: 90, column: 13 }]);
  });

  it('prints every problem in its message, as compilers do', () => {
    expect(() => parsePolicy(broken('amount: 30', 'amount: 0'), { fileName: 'broken.yaml' })).toThrow(
      'broken.yaml:11:27 severities[0].targets.RESPONSE.amount: takes more than 0 and at most 527040 minutes, not 0',
    );
  });

  it('requires at least one target that falls due', () => {
    const text = sound.replace(/\{ amount: [^,]+, unit: \w+, calendar: \w+, basis/g, '{ bestEffort: true, basis');
    expect(problemsOf(text)).toMatchObject([{ line: 5, field: 'severities' }]);
  });

  it('refuses a horizon beyond the known Islamic years when a region has such holidays', () => {
    const text = broken('region: DE-BY', 'region: AE').replace('to: 2027', 'to: 2090');
    expect(problemsOf(text)).toContainEqual(
      expect.objectContaining({ line: 66, field: 'calendars.office.holidays.horizon.to' }),
    );
  });
});

describe('a text that is not a policy', () => {
  const nest = 'bcdefghij'.split('').map((name, index) => `${name}: [${`*${'abcdefghi'[index]}, `.repeat(9)}]`);
  const bomb = `a: &a [x]\n${nest.map((line) => line.replace(/^(\w): /, '$1: &$1 ')).join('\n')}`;

  it.each([
    ['nothing', '', 'has no value'],
    ['a comment', '# only', 'has no value'],
    ['a list', '- 1', 'takes a map of fields, not a list'],
    ['a sentence', 'hello', 'takes a map of fields, not "hello"'],
    ['brackets without end', '['.repeat(100_000), 'is nested deeper than 100 levels'],
    ['dashes without end', '- '.repeat(100_000), 'is nested deeper than 100 levels'],
    ['aliases that multiply', bomb, 'has more than 20,000 values'],
    ['more than a policy could be', `# ${'x'.repeat(1_100_000)}`, 'is larger than 1 MiB'],
  ])('%s', (_name, text, message) => {
    expect(problemsOf(text)).toEqual([
      {
        line: expect.any(Number),
        column: expect.any(Number),
        field: '(document)',
        message: expect.stringContaining(message),
      },
    ]);
  });
});

it('a key that is a collection is a problem, and nothing is written to standard error', () => {
  const warn = jest.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  expect(problemsOf('{ a: 1 }: 1').length).toBeGreaterThan(0);
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

describe('the vocabulary of a policy', () => {
  const gitlab = readFileSync(join(__dirname, '../../policies/gitlab-support.yaml'), 'utf8');
  const changed = (find: string, replace: string): string => {
    expect(gitlab).toContain(find);
    return gitlab.replace(find, replace);
  };

  it.each([
    ['code: NOBODY', 'code: nobody', 'facts.audiences[2].code', 'takes a code of at most 64 capital letters'],
    ['code: NOBODY', 'code: ANY', 'facts.audiences[2].code', 'stands for every audience'],
    ['code: NOBODY', 'code: PRODUCTION', 'facts.audiences[2].code', 'PRODUCTION occurs twice'],
    ['code: ENHANCEMENT', 'code: ENHANCEMENTS', 'rules[9].consequences[2]', 'did you mean "ENHANCEMENTS"?'],
    ['audience: NOBODY', 'audience: NO_BODY', 'rules[10].audience', 'did you mean "NOBODY"?'],
    [', ENHANCEMENT]', ']', 'facts.consequences[7].code', 'is in no rule'],
    ['audience: ANY', 'audience: any', 'rules[8].audience', 'not "any"; did you mean "ANY"?'],
    ['audience: PRODUCTION', 'audience: production', 'rules[0].audience', 'did you mean "PRODUCTION"?'],
    ['[QUESTION, ', '[question, ', 'rules[9].consequences[0]', 'did you mean "QUESTION"?'],
    ['      title: Production\n', '', 'facts.audiences[0].title', 'is missing'],
    ['    - code', '    - name', 'facts.audiences[0].name', 'is not known here'],
  ])('%j → %j is a problem at %s', (find, replace, field, message) => {
    expect(problemsOf(changed(find, replace))).toContainEqual(
      expect.objectContaining({ field, message: expect.stringContaining(message) }),
    );
  });

  it.each([
    ['{}', ['facts.audiences is missing', 'facts.consequences is missing']],
    [
      '{ audiences: [PRODUCTION], consequences: [] }',
      ['facts.audiences[0] takes a map', 'facts.consequences takes at least 1'],
    ],
    [
      `{ audiences: [{ code: A, title: t, text: t }], consequences: [${'x, '.repeat(101)}] }`,
      ['facts.consequences takes at most 100 entries'],
    ],
  ])('that is not valid is the problem, and not each rule that uses it: %#', (facts, expected) => {
    const text = gitlab.replace(/facts:[\s\S]*?\nrules:/, `facts: ${facts}\nrules:`);
    const problems = problemsOf(text).map(({ field, message }) => `${field} ${message}`);
    for (const problem of expected) expect(problems).toContainEqual(expect.stringContaining(problem));
    expect(problems.filter((problem) => /consequences\[\d\] takes one of|can never apply/.test(problem))).toEqual([]);
  });

  it('bounds the pairs that the rules cover', () => {
    const list = (name: string) =>
      Array.from({ length: 100 }, (_, at) => `    - { code: ${name}${at}, title: t, text: t }`).join('\n');
    const consequences = Array.from({ length: 100 }, (_, at) => `C${at}`).join(', ');
    const rules = Array.from(
      { length: 11 },
      (_, at) =>
        `  - { clause: c${at}, severity: SEV1, audience: ANY, consequences: [${consequences}], basis: HOUSE, text: t }`,
    ).join('\n');
    const facts = `facts:\n  audiences:\n${list('A')}\n  consequences:\n${list('C')}\n`;
    const text = gitlab.replace(/facts:[\s\S]*?\ncalendars:/, `${facts}rules:\n${rules}\ncalendars:`);
    expect(problemsOf(text)).toMatchObject([{ field: 'rules', message: expect.stringContaining('110,000 pairs') }]);
  });

  it('is the former one where a policy states none', () => {
    const { facts } = parsePolicy(sound, { fileName: 'sound.yaml' });
    expect(facts).toEqual(FORMER_FACTS);
    expect(problemsOf(sound.replace('consequences: [ORDER', 'consequences: [ODER'))[0]?.message).toMatch(
      /did you mean/,
    );
  });
});
