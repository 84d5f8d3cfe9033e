import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { Temporal } from '../support/temporal';
import { ModelCalendar, readCalendar, type YamlCalendar } from './calendar';

export const KINDS = ['RESPONSE', 'UPDATE', 'RESOLUTION'] as const;
export type Kind = (typeof KINDS)[number];

/** How much time is promised, and on which calendar it is counted. */
export interface Time {
  readonly amount: number;
  readonly unit: 'MINUTES' | 'HOURS' | 'BUSINESS_DAYS';
  readonly calendar: string;
}

/** What a severity promises of one kind. A best-effort target has no time. */
export interface Target {
  readonly time: Time | null;
}

export interface Rule {
  readonly clause: string;
  readonly severity: string;
  /** A code, or `ANY`. */
  readonly audience: string;
  readonly consequences: readonly string[];
}

/** A policy as the model needs it. Every field comes from the YAML of a policy file. */
export interface Policy {
  /** The codes, the most urgent first. */
  readonly severities: readonly string[];
  readonly workaroundLowers: Readonly<Record<string, 'SEVERITY' | 'IMPACT'>>;
  /** By severity and kind. A kind that is not there is not promised at that severity. */
  readonly targets: Readonly<Record<string, Partial<Record<Kind, Target>>>>;
  readonly audiences: readonly string[];
  readonly consequences: readonly string[];
  readonly rules: readonly Rule[];
  readonly calendars: Readonly<Record<string, ModelCalendar>>;
  /** By reason for waiting: the kinds whose clocks it pauses. */
  readonly pauses: Readonly<Record<string, readonly Kind[]>>;
  readonly onLowering: 'carry' | 'restart';
  readonly loweringApproval: 'overrides' | 'always' | 'never';
  readonly marks: readonly { readonly name: string; readonly at: number }[];
  readonly reopeningMinimum: number;
  readonly closeAfterSilence: Time;
  readonly businessDayEnd: 'sameTime' | 'closeOfBusiness';
  /** An entry that happened longer ago than this, in milliseconds, needs a reason. */
  readonly lateEntryMs: number;
}

interface YamlTarget extends Partial<Time> {
  readonly bestEffort?: boolean;
}

interface YamlPolicy {
  readonly severities: readonly {
    readonly severity: string;
    readonly workaroundLowers: 'SEVERITY' | 'IMPACT';
    readonly targets: Partial<Record<Kind, YamlTarget>>;
  }[];
  readonly facts: { readonly audiences: readonly Coded[]; readonly consequences: readonly Coded[] };
  readonly rules: readonly Rule[];
  readonly calendars: Readonly<Record<string, YamlCalendar>>;
  readonly pauses: Policy['pauses'];
  readonly onLowering: Policy['onLowering'];
  readonly loweringApproval: Policy['loweringApproval'];
  readonly marks: Policy['marks'];
  readonly reopeningMinimum: number;
  readonly closeAfterSilence: Time;
  readonly businessDayEnd: Policy['businessDayEnd'];
  readonly lateEntry?: string;
}

interface Coded {
  readonly code: string;
}

/** Reads a policy file, such as `policies/cimcloud.yaml`. */
export function readPolicy(path: string): Policy {
  return policyOf(readFileSync(path, 'utf8'));
}

/** The policy of a document in YAML. */
export function policyOf(document: string): Policy {
  const yaml = parse(document) as YamlPolicy;
  return {
    severities: yaml.severities.map((level) => level.severity).sort(),
    workaroundLowers: byKey(yaml.severities, (level) => [level.severity, level.workaroundLowers]),
    targets: byKey(yaml.severities, (level) => [level.severity, targetsFrom(level.targets)]),
    audiences: yaml.facts.audiences.map((word) => word.code),
    consequences: yaml.facts.consequences.map((word) => word.code),
    rules: yaml.rules,
    calendars: byKey(Object.entries(yaml.calendars), ([name, calendar]) => [
      name,
      new ModelCalendar(readCalendar(calendar)),
    ]),
    pauses: yaml.pauses,
    onLowering: yaml.onLowering,
    loweringApproval: yaml.loweringApproval,
    marks: yaml.marks,
    reopeningMinimum: yaml.reopeningMinimum,
    closeAfterSilence: yaml.closeAfterSilence,
    businessDayEnd: yaml.businessDayEnd,
    lateEntryMs: Temporal.Duration.from(yaml.lateEntry ?? 'PT15M').total('milliseconds'),
  };
}

function targetsFrom(targets: Partial<Record<Kind, YamlTarget>>): Partial<Record<Kind, Target>> {
  const read: Partial<Record<Kind, Target>> = {};
  for (const kind of KINDS) {
    const target = targets[kind];
    if (target === undefined) continue;
    read[kind] = { time: target.bestEffort === true ? null : timeFrom(target) };
  }
  return read;
}

function timeFrom({ amount, unit, calendar }: YamlTarget): Time {
  if (amount === undefined || unit === undefined || calendar === undefined) throw new Error('A target without a time');
  return { amount, unit, calendar };
}

function byKey<T, V>(items: readonly T[], entry: (item: T) => readonly [string, V]): Record<string, V> {
  return Object.fromEntries(items.map(entry));
}

/** 0 for the most urgent. */
export function rank(policy: Policy, severity: string): number {
  return policy.severities.indexOf(severity);
}

export function calendarOf(policy: Policy, name: string): ModelCalendar {
  const calendar = policy.calendars[name];
  if (calendar === undefined) throw new Error(`No calendar ${name}`);
  return calendar;
}

/** `add` of section 4: the instant that a time from `start` ends at. */
export function addTime(policy: Policy, start: number, time: Time): number {
  const calendar = calendarOf(policy, time.calendar);
  if (time.unit === 'BUSINESS_DAYS') return calendar.addBusinessDays(start, time.amount, policy.businessDayEnd);
  return calendar.add(start, time.amount * (time.unit === 'HOURS' ? 3_600_000 : 60_000));
}
