// The package is optional, so that its own types can be missing.
declare module 'pino-pretty' {
  interface PrettyOptions {
    readonly colorize: boolean;
    readonly ignore: string;
    readonly singleLine: boolean;
    readonly translateTime: boolean;
  }
  /** Makes the function that returns the text for a line of JSON. */
  export function prettyFactory(options: PrettyOptions): (line: string) => string | undefined;
}
