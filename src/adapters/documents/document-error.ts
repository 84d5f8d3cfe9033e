import { withoutCredentials } from '../../application/access/without-credentials';
import { firstProblems } from '../../application/first-problems';
import { OperatorError } from '../../application/operator-error';
import { shorten } from '../../domain/text';

/** A problem of a policy file or a mapping file: its position, and what the field takes. */
export interface DocumentProblem {
  /** Line and column in the file, both counted from 1. */
  readonly line: number;
  readonly column: number;
  /**
   * The path of the field, e.g. `severities[1].targets.RESOLUTION.amount`; `(document)` for the
   * whole file.
   */
  readonly field: string;
  /** What the field takes, e.g. `takes a number greater than 0, not -2`. */
  readonly message: string;
}

/** The keys and indices that lead from the root of the file to a field. */
export type FieldPath = readonly (string | number)[];

/**
 * Records a problem of the field at `path`; `at` selects the position of its key or of its value.
 */
export type ReportProblem = (path: FieldPath, message: string, at?: 'key' | 'value') => void;

/** `['severities', 1, 'title']` as `severities[1].title`. */
export function fieldName(path: FieldPath): string {
  const name = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step || '""'}`)).join('');
  return name === '' ? '(document)' : name.replace(/^\./, '');
}

// A file can have names and values of any length.
const LONGEST_FIELD = 300;
const LONGEST_MESSAGE = 1_000;

/** A file that cannot be used, with the problems found, in the order of the file. */
export class DocumentError extends OperatorError {
  override readonly name = 'DocumentError';
  readonly code = 'DOCUMENT_INVALID';

  /** The first problems; the last entry says how many more there are. */
  readonly problems: readonly DocumentProblem[];

  constructor(
    readonly fileName: string,
    found: readonly DocumentProblem[],
  ) {
    const first = firstProblems(found, (message, { line, column }) => ({
      line,
      column,
      field: fieldName([]),
      message,
    }));
    const problems = first.map((problem) => ({
      ...problem,
      field: shorten(withoutCredentials(problem.field), LONGEST_FIELD),
      message: shorten(withoutCredentials(problem.message), LONGEST_MESSAGE),
    }));
    super(problems.map((problem) => problemLine(fileName, problem)).join('\n'));
    this.problems = problems;
  }
}

/** `FILE:LINE:COLUMN field: message`, the format of compilers, which editors turn into links. */
export const problemLine = (fileName: string, { line, column, field, message }: DocumentProblem): string =>
  `${fileName}:${line}:${column} ${field}: ${message}`;
