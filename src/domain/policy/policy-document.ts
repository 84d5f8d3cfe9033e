import {
  type CalendarDefinition,
  CalendarError,
  compileCalendar,
  type LocalInterval,
  type PartDayHoliday,
} from '../calendar/business-calendar';
import { MINUTE_MS } from '../instant';
import { SEVERITIES } from '../severity';
import {
  INTEGER,
  listOf,
  mapOf,
  NUMBER,
  nullable,
  objectOf,
  oneOf,
  orAbsent,
  pairOf,
  problemText,
  type ShapeProblem,
  TEXT,
  textOr,
  UnreadableRecord,
} from '../shape';
import { compilePolicy } from './compile-policy';
import { ANY_AUDIENCE, codesOf, FACT_CODE, type Fact, type Facts, FORMER_FACTS } from './facts';
import {
  BASES,
  type BusinessSpan,
  CLIENT_ACTIONS,
  COMMITMENT_KINDS,
  LOWERING_APPROVALS,
  type Mark,
  type Policy,
  type PolicyDocument,
  type Rule,
  type SeverityPolicy,
  TARGET_UNITS,
  type Target,
  targetsOf,
} from './policy';

/**
 * Reads policy documents: the data of a policy file, and the data in the database. Defaults are
 * applied here and nowhere else.
 *
 * It checks only what decisions rely on. A policy file has further limits (lengths of texts, the
 * number of marks, rules that can never apply). These limits can become stricter, but a published
 * version stays readable.
 */

/** The fields that a document may leave out. A field that is added later gets its default here. */
const DEFAULTS = {
  loweringApproval: 'OVERRIDES',
  lateEntryMs: 15 * MINUTE_MS,
  facts: FORMER_FACTS,
} as const satisfies Partial<PolicyDocument>;

/** A document with the fields that may be left out. */
export type PartialPolicyDocument = Omit<PolicyDocument, keyof typeof DEFAULTS> &
  Partial<Pick<PolicyDocument, keyof typeof DEFAULTS>>;

/**
 * A policy document that cannot be used. The message names the policy, the field, the problem and
 * what to do.
 */
export class UnreadablePolicy extends UnreadableRecord {
  override readonly name = 'UnreadablePolicy';
  constructor(policy: string, problem: ShapeProblem) {
    super(`${policy} cannot be read: ${problemText(problem)}. ${REPAIR}.`);
  }
}

const REPAIR =
  'Publish a corrected version for new tickets; for tickets of this version, restore its document from a backup';

const basis = oneOf(BASES);
const severity = oneOf(SEVERITIES);
const kinds = listOf(oneOf(COMMITMENT_KINDS));
const span = objectOf<BusinessSpan>({ amount: NUMBER, unit: oneOf(TARGET_UNITS), calendar: TEXT });
const target = objectOf<Target>({ span: nullable(span), basis, text: TEXT });
const facts = listOf(objectOf<Fact>({ code: TEXT, title: TEXT, text: TEXT }));
const intervals = listOf<LocalInterval>(pairOf(TEXT, TEXT));
const openingHours = orAbsent(intervals);

const calendar = objectOf<CalendarDefinition>({
  timeZone: TEXT,
  week: objectOf<CalendarDefinition['week']>({
    mon: openingHours,
    tue: openingHours,
    wed: openingHours,
    thu: openingHours,
    fri: openingHours,
    sat: openingHours,
    sun: openingHours,
  }),
  holidays: listOf(textOr(objectOf<PartDayHoliday>({ date: TEXT, from: TEXT, to: TEXT, name: nullable(TEXT) }))),
  holidayNames: orAbsent(mapOf(TEXT)),
  special: mapOf(intervals),
  knownYears: orAbsent(objectOf<NonNullable<CalendarDefinition['knownYears']>>({ from: INTEGER, to: INTEGER })),
});

const DOCUMENT = objectOf<PolicyDocument>({
  id: TEXT,
  title: TEXT,
  source: TEXT,
  severities: listOf(
    objectOf<SeverityPolicy>({
      severity,
      title: TEXT,
      workaroundLowers: oneOf(['SEVERITY', 'IMPACT']),
      clientActions: listOf(oneOf(CLIENT_ACTIONS)),
      targets: objectOf<SeverityPolicy['targets']>({
        RESPONSE: orAbsent(target),
        UPDATE: orAbsent(target),
        RESOLUTION: orAbsent(target),
      }),
    }),
  ),
  facts: objectOf<Facts>({ audiences: facts, consequences: facts }),
  rules: listOf(
    objectOf<Rule>({
      clause: TEXT,
      severity,
      audience: TEXT,
      consequences: listOf(TEXT),
      basis,
      text: TEXT,
    }),
  ),
  calendars: mapOf(calendar),
  pauses: objectOf<PolicyDocument['pauses']>({ CLIENT: kinds, THIRD_PARTY: kinds, OTHER_TICKET: kinds }),
  loweringApproval: oneOf(LOWERING_APPROVALS),
  onLowering: oneOf(['CARRY', 'RESTART']),
  marks: listOf(objectOf<Mark>({ name: TEXT, fraction: NUMBER })),
  reopeningMinimum: NUMBER,
  closeAfterSilence: span,
  lateEntryMs: NUMBER,
  businessDayEnd: oneOf(['SAME_TIME', 'CLOSE_OF_BUSINESS']),
});

/**
 * Reads a document, with its defaults applied.
 *
 * @param policy the name of the policy in the error, such as a file name
 * @throws UnreadablePolicy if a field is missing, of another shape, or contradicts another one
 */
export function parsePolicyDocument(data: unknown, policy: string): PolicyDocument {
  const document: unknown =
    typeof data === 'object' && data !== null && !Array.isArray(data) ? { ...DEFAULTS, ...data } : data;
  const problem = DOCUMENT.problemIn(document) ?? firstUnfitting(document as PolicyDocument);
  if (problem !== null) throw new UnreadablePolicy(policy, problem);
  return document as PolicyDocument;
}

/**
 * Reads a published version and makes it ready for decisions.
 *
 * @param data the stored document
 * @throws UnreadablePolicy
 */
export function readPolicyVersion(data: unknown, id: string, version: number): Policy {
  return compilePolicy(parsePolicyDocument(data, `Version ${version} of the policy ${id}`), version);
}

/**
 * The problem of a calendar; null if it has none. It is returned, not thrown, because the calendar
 * is not in use yet.
 */
function calendarProblem(definition: CalendarDefinition): string | null {
  try {
    compileCalendar(definition);
    return null;
  } catch (error) {
    if (error instanceof CalendarError) return error.message;
    throw error;
  }
}

/** The first field that contradicts another, or that has a number out of range. */
function firstUnfitting(document: PolicyDocument): ShapeProblem | null {
  for (const problem of unfitting(document)) return problem;
  return null;
}

function* unfitting(document: PolicyDocument): Generator<ShapeProblem> {
  const { severities, facts, rules, calendars, marks, closeAfterSilence, reopeningMinimum, lateEntryMs } = document;
  const declared = severities.map((level) => level.severity);
  if (declared.length === 0) yield { field: 'severities', message: 'takes at least one severity' };
  for (const [index, name] of declared.entries()) {
    if (name !== SEVERITIES[index]) {
      yield { field: `severities[${index}].severity`, message: `takes ${SEVERITIES[index]} here, not ${name}` };
    }
  }
  for (const [name, definition] of Object.entries(calendars)) {
    const found = calendarProblem(definition);
    if (found !== null) yield { field: `calendars.${name}`, message: `cannot be used: ${found}` };
  }
  const spans: [field: string, BusinessSpan][] = severities.flatMap((level, index) =>
    targetsOf(level).flatMap(([kind, { span: found }]) =>
      found === null ? [] : [[`severities[${index}].targets.${kind}.span`, found] as [string, BusinessSpan]],
    ),
  );
  spans.push(['closeAfterSilence', closeAfterSilence]);
  for (const [field, { amount, calendar: name }] of spans) {
    if (!(amount > 0)) yield { field: `${field}.amount`, message: `takes more than 0, not ${amount}` };
    if (!Object.hasOwn(calendars, name)) {
      const known = Object.keys(calendars).join(', ');
      yield { field: `${field}.calendar`, message: `takes one of the calendars ${known}, not ${name}` };
    }
  }
  for (const [list, words] of Object.entries(facts)) {
    for (const [index, { code }] of (words as readonly Fact[]).entries()) {
      if (FACT_CODE.test(code) && code !== ANY_AUDIENCE) continue;
      yield { field: `facts.${list}[${index}].code`, message: `takes capital letters, digits and _, not "${code}"` };
    }
  }
  const audiences = new Set([...codesOf(facts.audiences), ANY_AUDIENCE]);
  const consequences = new Set(codesOf(facts.consequences));
  for (const [index, rule] of rules.entries()) {
    for (const [place, code] of rule.consequences.entries()) {
      if (consequences.has(code)) continue;
      const message = `takes one of ${[...consequences].join(', ')}, not ${code}`;
      yield { field: `rules[${index}].consequences[${place}]`, message };
    }
    if (!audiences.has(rule.audience)) {
      const message = `takes one of ${[...audiences].join(', ')}, not ${rule.audience}`;
      yield { field: `rules[${index}].audience`, message };
    }
    if (declared.includes(rule.severity)) continue;
    const message = `takes one of the severities declared, ${declared.join(', ')}, not ${rule.severity}`;
    yield { field: `rules[${index}].severity`, message };
  }
  for (const [index, { fraction }] of marks.entries()) {
    if (!(fraction > 0)) yield { field: `marks[${index}].fraction`, message: `takes more than 0, not ${fraction}` };
  }
  if (!marks.some(({ name }) => name === 'atRisk')) yield { field: 'marks', message: 'takes a mark named atRisk' };
  if (!(reopeningMinimum > 0 && reopeningMinimum <= 1)) {
    yield { field: 'reopeningMinimum', message: `takes more than 0 and at most 1, not ${reopeningMinimum}` };
  }
  if (!(lateEntryMs >= 0)) yield { field: 'lateEntryMs', message: `takes at least 0, not ${lateEntryMs}` };
}
