/**
 * An error that the operator can correct: a wrong option, file, setting or environment. The command
 * line prints its message, which says what to change, without a stack trace.
 */
export class OperatorError extends Error {}
