import { OperatorError } from '../../application/operator-error';

/** A file that cannot be imported at all; the message says what to do. */
export class ImportFileError extends OperatorError {
  override readonly name = 'ImportFileError';
}
