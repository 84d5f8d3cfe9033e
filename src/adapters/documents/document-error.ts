import { OperatorError } from '../../application/operator-error';
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

/** A file that cannot be used, with every problem found, in the order of the file. */
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

/** `FILE:LINE:COLUMN field: message`, the format of compilers, which editors turn into links. */
export const problemLine = (fileName: string, { line, column, field, message }: DocumentProblem): string =>
  `${fileName}:${line}:${column} ${field}: ${message}`;
