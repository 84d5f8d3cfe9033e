import { z } from 'zod';
import { HISTORIES, type ImportMapping, type StateMeaning } from '../../application/import/mapping';
import { didYouMean } from '../../domain/nearest';
import { type Classifier, classify } from '../../domain/policy/classify';
import { unknownFactsIn } from '../../domain/policy/facts';
import { COMMITMENT_KINDS, WAITING_REASONS } from '../../domain/policy/policy';
import { CHANNELS } from '../../domain/ticket/commands';
import { MAX_IMPACTS, NAME, NOTE, SUBJECT } from '../../domain/value-rules';
import {
  DocumentError,
  type DocumentProblem,
  type FieldPath,
  fieldName,
  type ReportProblem,
} from '../documents/document-error';
import { parseWith } from '../documents/issue-messages';
import { textSchema } from '../documents/text-schema';
import { readYaml } from '../documents/yaml-source';
import { zoneProblem } from '../documents/zone-problem';
import { formatProblem } from './local-instant';
import { ENCODINGS } from './text-encoding';

const column = textSchema(NAME);
const unknown = z.enum(['report', 'ignore', 'leaveOut']).default('report');

const validText = (problemOf: (text: string) => string | undefined) =>
  z.string().superRefine((text, context) => {
    const problem = problemOf(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

const impact = z.strictObject({
  audience: z.string(),
  consequence: z.string(),
  note: textSchema({ ...NOTE, blank: true }).optional(),
});

const LONGEST_DELIMITER = 4;
const MAX_TAG_COLUMNS = 20;

const clientSchema = z.union([z.strictObject({ name: textSchema(NAME) }), z.strictObject({ column })]);

const mappingSchema = z.strictObject({
  title: textSchema(NAME),
  file: z
    .strictObject({
      delimiter: z.string().min(1).max(LONGEST_DELIMITER).default(','),
      missing: z.string().optional(),
      encoding: z.enum(ENCODINGS).default('utf-8'),
    })
    .default({ delimiter: ',', encoding: 'utf-8' }),
  instants: z.strictObject({ format: validText(formatProblem), timeZone: validText(zoneProblem).default('UTC') }),
  ticket: z.strictObject({
    id: column,
    order: z.union([z.literal('file'), z.strictObject({ column, as: z.enum(['number', 'text']).default('number') })]),
    openedAt: column,
    client: clientSchema,
    subject: textSchema(SUBJECT),
    description: column.optional(),
    reporter: column.optional(),
    assignee: column.optional(),
    externalUrl: column.optional(),
    tags: z.array(column).max(MAX_TAG_COLUMNS).default([]),
    channel: z
      .strictObject({
        column: column,
        values: z.record(z.string(), z.enum(CHANNELS)),
        otherwise: z.enum(CHANNELS).default('EXTRANET'),
      })
      .optional(),
  }),
  event: z.strictObject({ at: column, resolution: column.optional() }),
  state: z.strictObject({
    column,
    values: z.record(
      z.string(),
      z.union([
        z.enum(['new', 'active', 'resolved', 'closed']),
        z.strictObject({ waitingFor: z.enum(WAITING_REASONS), acknowledges: z.boolean().default(false) }),
      ]),
    ),
    unknown,
  }),
  priority: z.strictObject({
    column,
    values: z.array(z.strictObject({ value: z.string(), impacts: z.array(impact).min(1).max(MAX_IMPACTS) })).min(1),
    unknown,
    lowered: z.enum(['workaround', 'reclassification', 'workaroundOnceResponded']),
  }),
  notMeasured: z.array(z.enum(COMMITMENT_KINDS)).default([]),
  history: z.enum(HISTORIES).default('closed'),
  closeAfterSilence: z.boolean().default(false),
});

/** The content of a mapping file, validated. */
export type MappingFile = z.output<typeof mappingSchema>;

/** One client for all tickets, or the column with the names of their clients. */
export type MappedClient = z.output<typeof clientSchema>;

/** A mapping: how the file is read, and what its rows mean. */
export interface Mapping {
  readonly file: MappingFile;
  readonly meaning: ImportMapping;
}

/** The client that a mapping file names; undefined if it cannot be read. */
export function clientIn(text: string): MappedClient | undefined {
  const { ticket } = (readYaml(text).value ?? {}) as { readonly ticket?: { readonly client?: unknown } | null };
  return clientSchema.safeParse(ticket?.client).data;
}

/**
 * Parses a mapping file (YAML; `docs/IMPORT.md` explains every field) and checks it against the
 * policies under which the import opens tickets: one of them has to cover the impacts of a
 * priority. Problems are those under the first.
 *
 * @throws DocumentError with every problem of the file: line, column, field and accepted values
 */
export function parseMapping(text: string, fileName: string, ...policies: readonly Classifier[]): Mapping {
  const { value, problems: unreadable, locate } = readYaml(text);
  const problems: DocumentProblem[] = [...unreadable];
  const report: ReportProblem = (path, message, at) => {
    problems.push({ ...locate(path, at), field: fieldName(path), message });
  };
  const file = value === undefined ? undefined : parseWith(mappingSchema, value, report);
  if (file !== undefined) {
    checkPriorities(file, policies, report);
    checkSilence(file, report);
  }
  if (file === undefined || problems.length > 0) {
    throw new DocumentError(
      fileName,
      problems.sort((a, b) => a.line - b.line || a.column - b.column),
    );
  }
  return { file, meaning: meaningOf(file) };
}

/** Impacts that no policy covers would refuse every ticket of that priority. */
function checkPriorities({ priority }: MappingFile, policies: readonly Classifier[], report: ReportProblem): void {
  const seen = new Set<string>();
  for (const [index, { value, impacts }] of priority.values.entries()) {
    const path = ['priority', 'values', index];
    if (seen.has(value)) report([...path, 'value'], `"${value}" occurs twice; keep one`);
    seen.add(value);
    if (policies.some((policy) => classify(policy, impacts).ok)) continue;
    const [policy] = policies;
    if (policy !== undefined) reportUncovered(impacts, policy, [...path, 'impacts'], report);
  }
}

/** Reports why a policy does not cover the impacts of a priority. */
function reportUncovered(
  impacts: readonly z.output<typeof impact>[],
  policy: Classifier,
  path: FieldPath,
  report: ReportProblem,
): void {
  const unknownFacts = impacts.flatMap((one, place) =>
    unknownFactsIn(policy.facts, one).map((fact) => ({ ...fact, place })),
  );
  for (const { kind, value, known, place } of unknownFacts) {
    const takes = `takes one of the policy's ${known.join(', ')}, not "${value}"`;
    report([...path, place, kind.toLowerCase()], `${takes}${didYouMean(value, known)}`);
  }
  const outcome = classify(policy, impacts);
  if (!outcome.ok && outcome.refusal.code === 'ContradictoryImpact' && unknownFacts.length === 0) {
    const { audience, consequence } = outcome.refusal;
    report(path, `takes impacts that the policy has a clause for; ${audience} with ${consequence} has none`);
  }
}

/** Silence cannot be known from a log without communications. */
function checkSilence({ closeAfterSilence, notMeasured }: MappingFile, report: ReportProblem): void {
  if (!closeAfterSilence || !notMeasured.includes('UPDATE')) return;
  report(
    ['closeAfterSilence'],
    'must be false if notMeasured has UPDATE: a log without communications does not tell when a client was silent',
  );
}

const stateMeaning = (written: MappingFile['state']['values'][string]): StateMeaning =>
  typeof written === 'string'
    ? { is: written.toUpperCase() as 'NEW' | 'ACTIVE' | 'RESOLVED' | 'CLOSED' }
    : { is: 'WAITING', reason: written.waitingFor, acknowledges: written.acknowledges };

const meaningOf = ({ state, priority, notMeasured, history, closeAfterSilence }: MappingFile): ImportMapping => ({
  states: new Map(Object.entries(state.values).map(([value, written]) => [value, stateMeaning(written)])),
  unknownState: state.unknown,
  priorities: priority.values.map(({ value, impacts }) => ({
    value,
    impacts: impacts.map(({ audience, consequence, note }) => ({ audience, consequence, note: note ?? null })),
  })),
  unknownPriority: priority.unknown,
  lowered: priority.lowered,
  notMeasured,
  history,
  closeAfterSilence,
});

/** The names of all columns that the mapping refers to. */
export function columnsOf({ ticket, event, state, priority }: MappingFile): readonly string[] {
  const named = [
    ticket.id,
    ticket.openedAt,
    ticket.order === 'file' ? undefined : ticket.order.column,
    'column' in ticket.client ? ticket.client.column : undefined,
    ...[...ticket.subject.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1]),
    ticket.description,
    ticket.reporter,
    ticket.assignee,
    ticket.externalUrl,
    ...ticket.tags,
    ticket.channel?.column,
    event.at,
    event.resolution,
    state.column,
    priority.column,
  ];
  return [...new Set(named.filter((name) => name !== undefined))];
}
