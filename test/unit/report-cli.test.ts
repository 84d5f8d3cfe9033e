import { describe, expect, it } from '@jest/globals';
import { reportFormat, reportQuery } from '../../src/adapters/cli/report/report-command';
import type { ApiReport, ReportOptions, ReportRow } from '../../src/adapters/cli/report/report-types';

const NOW = Date.parse('2026-06-01T14:00:00Z');
const LEFT_OUT: ReportOptions = { from: null, to: null, by: 'severity', zone: 'UTC', format: 'table' };

describe('the options of stepdown report', () => {
  it.each<[string, Partial<ReportOptions>, string, string]>([
    ['everything until now', {}, '0001-01-01T00:00:00.000Z', '2026-06-01T14:00:00.000Z'],
    ['dates', { from: '2016-03-01', to: '2016-04-01' }, '2016-03-01T00:00:00.000Z', '2016-04-01T00:00:00.000Z'],
    [
      'dates of a zone, on both sides of a clock change',
      { from: '2016-03-01', to: '2016-04-01', zone: 'America/New_York' },
      '2016-03-01T05:00:00.000Z',
      '2016-04-01T04:00:00.000Z',
    ],
    [
      'a date whose midnight is skipped',
      { from: '2018-11-04', zone: 'America/Sao_Paulo' },
      '2018-11-04T03:00:00.000Z',
      '2026-06-01T14:00:00.000Z',
    ],
    [
      'instants, whatever the zone',
      { from: '2016-03-01T09:00:00+01:00', to: '9999-12-31T23:59:59.999Z', zone: 'Asia/Tokyo' },
      '2016-03-01T08:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
    ],
  ])('%s', (_, options, from, to) => {
    expect(reportQuery({ ...LEFT_OUT, ...options })(NOW)).toMatchObject({ from, to });
  });

  it.each<[Partial<ReportOptions>, string]>([
    [{ by: 'priority' }, '--by takes one of severity, client, month, clause, assignee.'],
    [{ zone: 'Mars/Olympus' }, '--zone takes the IANA name of a time zone, such as America/New_York.'],
    [{ from: '2016-02-30' }, '--from takes a date such as 2016-03-01'],
    [{ from: 'yesterday' }, '--from takes a date such as 2016-03-01'],
    [{ to: '2016-03-01T09:00:00' }, '--to takes a date such as 2016-03-01'],
    [
      { to: '9999-12-31', zone: 'America/New_York', from: '9999-12-31' },
      '--from takes an instant before that of --to.',
    ],
    [{ from: '0001-01-01', zone: 'Asia/Tokyo' }, '--from takes a date such as 2016-03-01'],
    [{ from: '2030-01-01' }, '--from takes an instant before that of --to.'],
  ])('%j is refused with a sentence', (options, message) => {
    expect(() => reportQuery({ ...LEFT_OUT, ...options })(NOW)).toThrow(message);
  });

  it('are refused when the format is none of three', () => {
    expect(() => reportFormat('xml')).toThrow('--format takes one of table, csv, json.');
    expect(() => reportFormat('toString')).toThrow('--format takes one of table, csv, json.');
  });
});

const NOTHING = {
  met: 0,
  breached: 0,
  waived: 0,
  waiversProposed: 0,
  openBreached: 0,
  attainment: null,
  attainmentWaived: null,
  attainmentProposed: null,
  breachesBySeverity: [],
};
const EMPTY: ReportRow = {
  key: null,
  client: null,
  opened: 0,
  resolved: 0,
  closed: 0,
  response: NOTHING,
  update: NOTHING,
  resolution: NOTHING,
  overall: NOTHING,
  timeToRespond: null,
  timeToWorkAround: null,
  timeToResolve: null,
};
const figures = {
  met: 1999,
  breached: 1,
  waived: 1,
  waiversProposed: 0,
  openBreached: 1,
  attainment: 0.9995,
  attainmentWaived: 1,
  attainmentProposed: 1,
  breachesBySeverity: [{ severity: 'SEV1', count: 1 }],
};
const row: ReportRow = {
  ...EMPTY,
  key: 'Ada "the\nfirst", of many\u001b[31m',
  opened: 3,
  resolved: 2,
  closed: 1,
  response: figures,
  overall: figures,
  timeToRespond: { count: 2000, p50: 'PT18H5M', p90: 'PT40H0.4S', p95: 'PT100H29M31S' },
};
const report: ApiReport = {
  from: '0001-01-01T00:00:00.000Z',
  to: '2016-04-01T04:00:00.000Z',
  groupBy: 'ASSIGNEE',
  timeZone: 'America/New_York',
  groups: [row, EMPTY],
  total: row,
};

it('prints a table in which names stay on one line, and 100 % means all', () => {
  expect(reportFormat('table')(report)).toBe(`Report by assignee, until 2016-04-01 00:00 (America/New_York)

Tickets

  assignee                       opened  resolved  closed
  -------------------------------------------------------
  Ada "the first", of many [31m       3         2       1
  (unassigned)                        0         0       0
  all                                 3         2       1

Commitments

  assignee                       commitment   met  breached  still open  waived  attainment  with waivers
  -------------------------------------------------------------------------------------------------------
  Ada "the first", of many [31m  response    1999         1           1       1      99.9 %       100.0 %
  (unassigned)                   -              0         0           0       0           -             -
  all                            response    1999         1           1       1      99.9 %       100.0 %

Breaches by the ticket's severity at the breach

  assignee                       SEV1
  -----------------------------------
  Ada "the first", of many [31m     1
  (unassigned)                      0
  all                               1

Business time from opening

  assignee                       time        tickets          p50          p90           p95
  ------------------------------------------------------------------------------------------
  Ada "the first", of many [31m  to respond     2000  18 h 05 min  40 h 00 min  100 h 30 min
  (unassigned)                   -                 0            -            -             -
  all                            to respond     2000  18 h 05 min  40 h 00 min  100 h 30 min
`);
});

it('prints CSV that a reader by RFC 4180 reads back cell by cell', async () => {
  const { parse } = await import('csv-parse/sync');
  const text = reportFormat('csv')(report);
  expect(text.endsWith('\r\n')).toBe(true);
  const rows: Record<string, string>[] = parse(text, { columns: true, record_delimiter: '\r\n' });
  expect(rows.map(({ scope, key }) => [scope, key])).toEqual([
    ['group', 'Ada "the first", of many [31m'],
    ['group', ''],
    ['total', 'Ada "the first", of many [31m'],
  ]);
  expect(rows[0]).toMatchObject({
    opened: '3',
    response_met: '1999',
    response_attainment: '0.9995',
    response_breachedAtSEV1: '1',
    response_breachedAtSEV2: '0',
    update_attainment: '',
    timeToRespond_count: '2000',
    timeToRespond_p50_minutes: '1085',
    timeToWorkAround_p50_minutes: '',
  });
});

describe('a name that a spreadsheet would read as a formula', () => {
  const blanks = [
    '',
    '\t',
    '\r',
    '\n',
    ' ',
    '\u00a0',
    '\u2003',
    '\u3000',
    '\u200b',
    '\ufeff',
    '\u202e',
    '\u3164',
    '\u2800',
    '"',
    "'",
  ];
  const signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−', '⁼', '⁺', '₌', '₋'];
  const starts = ['', ',', ';', '|', 'Acme;', 'Acme, ', 'Acme，', 'Acme；', 'Acme、', 'Acme｜'];
  const names = starts.flatMap((start) => signs.flatMap((sign) => blanks.map((blank) => `${start}${blank}${sign}1`)));

  it.each([
    [',', '"'],
    [';', '"'],
    ['|', '"'],
    ['\t', '"'],
    [';', null],
  ])('is none in a cell that ends at %j, with quotes %j', async (delimiter, quote) => {
    const { parse } = await import('csv-parse/sync');
    const text = reportFormat('csv')({ ...report, groups: names.map((key) => ({ ...EMPTY, key })) });
    const cells: string[] = parse(text, { delimiter, quote, relax_quotes: true, relax_column_count: true }).flat();
    expect(cells.length).toBeGreaterThan(names.length);
    const begins = /(^|[，；、｜])[\s\p{Z}\p{Cf}\u3164\u2800"]*[=+\-@＝＋－＠﹦﹢﹣﹫−⁼⁺₌₋]/u;
    expect(cells.filter((cell) => begins.test(cell))).toEqual([]);
  });

  it('keeps its text, and other names stay as they are', () => {
    const keys = ['=1+1', '\t=1', 'Acme;=1', 'a=b', 'Müller-1', 'a - b', 'x@y.example', 'क्ष'];
    const text = reportFormat('csv')({ ...report, groups: keys.map((key) => ({ ...EMPTY, key })) });
    expect(
      text
        .split('\r\n')
        .slice(1, 1 + keys.length)
        .map((line) => line.split(',')[1]),
    ).toEqual(["'=1+1", "' =1", `"Acme;'=1"`, 'a=b', 'Müller-1', 'a - b', 'x@y.example', 'क्ष']);
  });
});

it('prints JSON in the shape of the API', () => {
  expect(JSON.parse(reportFormat('json')(report))).toEqual(report);
});
