/** The exit codes of the commands that talk to a service; docs/COMMAND-LINE.md describes them. */
export const EXIT = {
  /** It is done. */
  DONE: 0,
  /** The service refused it, or another error stopped it. */
  REFUSED: 1,
  /** The command line, or a value in it, cannot be used. */
  USAGE: 2,
  /** There is no such ticket or client, or the caller may not see it. */
  NOT_FOUND: 3,
  /** The credentials are missing, not accepted, or not enough. */
  NOT_ALLOWED: 4,
  /** The service does not answer, or cannot at the moment. */
  UNREACHABLE: 5,
  /** Ctrl-C, as shells count it: 128 and the number of the signal. */
  INTERRUPTED: 130,
} as const;

export type ExitKind = keyof typeof EXIT;
