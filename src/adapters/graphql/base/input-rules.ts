import type { ValidatorFn } from 'type-graphql';
import { STORABLE_TEXT, unstorablePaths } from '../../../domain/text';
import { thousands } from '../../../domain/thousands';
import { follows, isAtMost, isWebAddress, MAX_WEB_ADDRESS, type TextRule } from '../../../domain/value-rules';
import { badInput } from '../errors';
import { brokenRules, Takes } from './validation';

/**
 * A problem of an input: the path of the field and what the field accepts. The value is never
 * repeated.
 */
export interface InputProblem {
  readonly path: readonly string[];
  readonly expected: string;
}

interface InputTextRule extends TextRule {
  /** The rule applies to each text of a list. */
  readonly each?: boolean;
}

/** Text that follows a rule of the domain. */
export const Text = ({ each = false, ...textRule }: InputTextRule): PropertyDecorator => {
  const holds = (value: unknown): boolean => typeof value === 'string' && follows(textRule, value);
  return Takes(
    textRule.blank
      ? `takes at most ${thousands(textRule.max)} characters`
      : `takes 1 to ${thousands(textRule.max)} characters, not only white space`,
    each ? (value) => Array.isArray(value) && value.every(holds) : holds,
  );
};

/** A whole number that is not less than `least`. */
export const AtLeast = (least: number): PropertyDecorator =>
  Takes(`takes a whole number of at least ${least}`, (value) => typeof value === 'number' && value >= least);

/** An absolute web address, as the domain accepts it. */
export const WebAddress = (): PropertyDecorator =>
  Takes(
    `takes an absolute address that begins with http:// or https://, of at most ${thousands(MAX_WEB_ADDRESS)} characters`,
    (value) => typeof value === 'string' && isWebAddress(value),
  );

/** A list of `min` to `max` entries. */
export const Entries = (min: number, max: number): PropertyDecorator =>
  Takes(
    `takes ${min === 0 ? 'at most' : `${min} to`} ${thousands(max)} entries`,
    (value) => Array.isArray(value) && value.length >= min && value.length <= max,
  );

/** All problems of an input object, in the order of its fields. */
export const problemsOf = (input: object): readonly InputProblem[] => [...brokenRules(input), ...unstorableIn(input)];

const unstorableIn = (value: unknown): readonly InputProblem[] =>
  unstorablePaths(value).map((path) => ({ path, expected: `takes ${STORABLE_TEXT}` }));

/**
 * The longest text that is an argument itself, or an entry of a list that is, in characters. Fields
 * of inputs have rules of their own.
 */
export const LONGEST_ARGUMENT = 2_000;

const tooLongIn = (argument: unknown): readonly InputProblem[] =>
  (Array.isArray(argument) ? argument : [argument]).some(
    (text) => typeof text === 'string' && !isAtMost(LONGEST_ARGUMENT, text),
  )
    ? [{ path: [], expected: `takes at most ${thousands(LONGEST_ARGUMENT)} characters` }]
    : [];

const problemsOfArgument = (argument: unknown): readonly InputProblem[] => {
  const tooLong = tooLongIn(argument);
  return tooLong.length > 0 ? tooLong : unstorableIn(argument);
};

/** Refuses an invalid argument with an error, for operations that answer without `userErrors`. */
export const refuseInvalid: ValidatorFn = (argument) => {
  const isInput = typeof argument === 'object' && argument !== null && !Array.isArray(argument);
  const [problem] = isInput ? problemsOf(argument) : problemsOfArgument(argument);
  if (problem !== undefined) {
    const where = problem.path.length === 0 ? 'An argument' : problem.path.join('.');
    throw badInput(`${where} ${problem.expected}.`);
  }
};

/** Skips validation, because the resolver validates the argument and answers with `userErrors`. */
export const leaveToMutation: ValidatorFn = () => undefined;
