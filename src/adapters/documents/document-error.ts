import { OperatorError } from '../../application/operator-error';
/** What is wrong with a file that somebody wrote (a policy, a mapping), where, and what would be right. */
export interface DocumentProblem {
  /** Line and column of the file, both counted from 1. */
  readonly line: number;
  readonly column: number;
  /** The dotted path of the field, e.g. `severities[1].targets.RESOLUTION.amount`; `(document)` for the whole. */
  readonly field: string;
  /** What the field takes, e.g. `takes a number greater than 0, not -2`. */
  readonly message: string;
}

/** A place in the file by keys and indices, from the top. */
export type FieldPath = readonly (string | number)[];

/** Notes a problem of the field at `path`; `at` says whether its name or its value is to be pointed at. */
export type ReportProblem = (path: FieldPath, message: string, at?: 'key' | 'value') => void;

/** `['severities', 1, 'title']` as `severities[1].title`. */
export function fieldName(path: FieldPath): string {
  const name = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step || '""'}`)).join('');
  return name === '' ? '(document)' : name.replace(/^\./, '');
}

/** A file that cannot be used; carries every problem found, in the order of the file. */
export class DocumentError extends OperatorError {
  override readonly name = 'DocumentError';
  readonly code = 'DOCUMENT_INVALID';

  constructor(
    readonly fileName: string,
    readonly problems: readonly DocumentProblem[],
  ) {
    super(problems.map((problem) => problemLine(fileName, problem)).join('\n'));
  }
}

/** `FILE:LINE:COLUMN field: message`, as compilers print it, so that editors can jump there. */
export const problemLine = (fileName: string, { line, column, field, message }: DocumentProblem): string =>
  `${fileName}:${line}:${column} ${field}: ${message}`;
