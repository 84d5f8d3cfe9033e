import { OperatorError } from '../../../application/operator-error';
import { printableJson } from '../printable';
import { EXIT, type ExitKind } from './exit-codes';

/** A refusal of the service, as its payloads have them. */
export interface ServiceRefusal {
  readonly __typename: string;
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
}

/** A command that talks to a service cannot do its work; the message says what to do. */
export class DeskError extends OperatorError {
  override readonly name = 'DeskError';
  readonly exitCode: number;

  /** Why the service refused a change. */
  readonly refusals: readonly ServiceRefusal[];
  /** Whether the request may have arrived, so that it may have been carried out. */
  readonly isPerhapsDone: boolean;

  constructor(
    readonly kind: ExitKind,
    message: string,
    details: {
      readonly refusals?: readonly ServiceRefusal[];
      readonly isPerhapsDone?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.exitCode = EXIT[kind];
    this.refusals = details.refusals ?? [];
    this.isPerhapsDone = details.isPerhapsDone ?? false;
  }
}

/** The error of `--json`: one JSON document on one line, for standard error. */
export const errorJson = ({ kind, exitCode, message, refusals }: DeskError): string =>
  printableJson(`${JSON.stringify({ error: { kind, exitCode, message, userErrors: refusals } })}\n`);
