import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import { compilePolicy } from '../../src/domain/policy/compile-policy';
import type { Policy } from '../../src/domain/policy/policy';
import type { Refusal } from '../../src/domain/ticket/refusals';
import type { Answer, Verdict } from '../model/answer';
import type { Command, Entry, History } from '../model/history';
import { ask, type Played, play } from '../model/model';
import { policyOf } from '../model/policy';
import { policyVariant, VARIANT_NAMES } from '../model/policy-variants';
import { randomHistories } from '../model/random-history';
import { ProductHistory, ProductRefusal } from '../support/product-history';

// The product against the second model of the domain (test/model), which was written from the page
// of the domain alone. `MODEL_HISTORIES=10000 npx jest --selectProjects unit -t '' second-model`
// compares more.

const COUNT = Number(process.env.MODEL_HISTORIES ?? 60);
const SEED = Number(process.env.MODEL_SEED ?? 1);
const DAY_MS = 86_400_000;
/** The questions about instants in the past, for each history. */
const LOOKS_BACK = 8;

const fileOf = (name: string): string => readFileSync(`policies/${name}.yaml`, 'utf8');

/** Settings under which the page can be read in two ways; the product takes one. */
const AMBIGUOUS = ['restart', 'absent', 'shortHorizon'];

const POLICIES: readonly (readonly [name: string, text: string, count: number])[] = [
  ['cimcloud', fileOf('cimcloud'), COUNT],
  ...['gitlab-support', 'aws-support'].map((name) => [name, fileOf(name), Math.ceil(COUNT / 10)] as const),
  ...VARIANT_NAMES.filter((name) => !AMBIGUOUS.includes(name)).map(
    (name) => [`cimcloud: ${name}`, policyVariant(name), Math.ceil(COUNT / 10)] as const,
  ),
];

describe('The product and the second model agree on random histories', () => {
  it.each(POLICIES)('under %s', (_name, text, count) => {
    const ofModel = policyOf(text);
    const ofProduct = compilePolicy(parsePolicy(text, { fileName: 'policy.yaml' }), 1);
    const differences: string[] = [];
    for (const [index, history] of randomHistories(ofModel, SEED, count).map(compared).entries()) {
      const found = firstDifference(history, play(ofModel, history), openedAs(ofProduct, history));
      if (found !== null) differences.push(`history ${index + 1}: ${found}`);
    }
    expect(differences).toEqual([]);
  });
});

/** What is compared: chase dates are not. */
const compared = ({ opening, entries }: History): History => ({
  opening,
  entries: entries.map((entry) =>
    entry.command.kind === 'startWaiting' ? { ...entry, command: { ...entry.command, until: null } } : entry,
  ),
});

function openedAs(policy: Policy, { opening }: History): ProductHistory | Refusal {
  try {
    return ProductHistory.open(policy, opening);
  } catch (error) {
    if (error instanceof ProductRefusal) return error.refusal;
    throw error;
  }
}

/** Where the two differ first: at an entry, or in what the ticket was at an instant. */
function firstDifference(
  { opening, entries }: History,
  played: Played,
  product: ProductHistory | Refusal,
): string | null {
  const openingCode = product instanceof ProductHistory ? 'accepted' : codeOf(product, null);
  if (openingCode !== textOf(played.opening)) return `opening: ${openingCode}, not ${textOf(played.opening)}`;
  if (!(product instanceof ProductHistory)) return null;
  const differs = (asOf: number, knownAt: number): string | null => {
    const question = { asOf, knownAt };
    return differenceOf(product.ask(question), ask(played, question));
  };
  for (const [index, entry] of entries.entries()) {
    const code = codeOf(product.take(entry), entry.command);
    const verdict = textOf(played.verdicts[index]);
    if (code !== verdict) return `entry ${index}, ${nameOf(entry)}: ${code}, not ${verdict}`;
    // Several can be recorded at one instant.
    if (entries[index + 1]?.recordedAt === entry.recordedAt) continue;
    const found = differs(entry.recordedAt, entry.recordedAt);
    if (found !== null) return `after entry ${index}, ${nameOf(entry)}: ${found}`;
  }
  const end = (entries.at(-1) ?? opening).recordedAt + DAY_MS;
  product.pass(end);
  const from = opening.occurredAt ?? opening.recordedAt;
  for (let look = 0; look <= LOOKS_BACK; look += 1) {
    const asOf = Math.floor(from + ((end - from) * look) / LOOKS_BACK);
    const found = differs(asOf, end);
    if (found !== null) return `as of ${new Date(asOf).toISOString()}: ${found}`;
  }
  return null;
}

const textOf = (verdict: Verdict | undefined): string =>
  verdict === undefined ? 'nothing' : verdict.accepted ? 'accepted' : verdict.code;

const nameOf = ({ command, occurredAt }: Entry): string => `${command.kind}${occurredAt === null ? '' : ', late'}`;

/** The codes of the model where they are others than those of the product. */
const CODES: Readonly<Record<string, string>> = {
  UnknownFact: 'UnknownCode',
  ApproverIsProposer: 'SameAgent',
  ApproverIsWitness: 'SameAgent',
  NoWaiverProposed: 'NothingProposed',
  ReclassifiedSinceWorkaround: 'ReclassifiedSince',
  NothingToWaive: 'NoSuchBreach',
};

function codeOf(refusal: Refusal | null, command: Command | null): string {
  if (refusal === null) return 'accepted';
  if (refusal.code === 'InvalidInput') {
    if (refusal.field === 'impacts') return 'NoImpacts';
    if (refusal.field === 'override.severity') return 'UnknownSeverity';
    if (command?.kind === 'close') return 'ReasonNeeded';
    if (command?.kind === 'updateTicket') return 'IllegalTransition';
  }
  // A waiver leaves no proposal.
  const isDecision = command?.kind === 'approveWaiver' || command?.kind === 'rejectWaiver';
  if (isDecision && refusal.code === 'AlreadyWaived') return 'NothingProposed';
  return CODES[refusal.code] ?? refusal.code;
}

/** The first field in which two answers differ; null if none does. */
function differenceOf(product: Answer | null, model: Answer | null): string | null {
  if (product === null || model === null)
    return product === model ? null : `there is ${product === null ? 'no' : 'a'} ticket`;
  const [made, expected] = [flatten(product), flatten(model)];
  for (const name of new Set([...Object.keys(made), ...Object.keys(expected)])) {
    if (made[name] !== expected[name]) return `${name} is ${made[name]}, not ${expected[name]}`;
  }
  return null;
}

/** An answer by the names of its fields. An impact counts once; marks show in the status. */
function flatten({ cycles, impacts, details, ...others }: Answer): Readonly<Record<string, string>> {
  const fields: [string, unknown][] = [
    ['impacts', [...new Set(impacts.map(({ audience, consequence }) => `${audience}/${consequence}`))].sort()],
    ...Object.entries(others),
    ...Object.entries(details),
  ];
  for (const { kind, number, marks: _marks, ...cycle } of cycles) {
    for (const [name, value] of Object.entries(cycle)) fields.push([`${kind} ${number} ${name}`, value]);
  }
  return Object.fromEntries(fields.map(([name, value]) => [name, JSON.stringify(value)]));
}
