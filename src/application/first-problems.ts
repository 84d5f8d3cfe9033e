import { thousands } from '../domain/thousands';
/** The number of problems of one input that are reported. */
export const MOST_PROBLEMS = 50;

/**
 * The first problems of an input. If there are more, one further entry says how many.
 *
 * @param rest makes this entry from the number of problems that are left out and the first of them
 */
export function firstProblems<T>(problems: readonly T[], rest: (sentence: string, next: T) => T): readonly T[] {
  const next = problems[MOST_PROBLEMS];
  if (next === undefined) return problems;
  const count = thousands(problems.length - MOST_PROBLEMS);
  return [
    ...problems.slice(0, MOST_PROBLEMS),
    rest(`has ${count} more problems; these are the first ${MOST_PROBLEMS}`, next),
  ];
}
