/** The kinds of event buses. */
export const EVENT_BUSES = ['nats', 'off'] as const;
/** Where a bus begins to which nothing was published yet: with the log, or with what follows. */
export const BUS_STARTS = ['now', 'beginning'] as const;

/** How the log is published to NATS JetStream. */
export interface EventBusSettings {
  /** `nats://` or `tls://`, each with or without `user:password@` or `token@`. */
  readonly servers: readonly URL[];
  /** A credentials file of NATS; null for none. */
  readonly credentialsFile: string | null;
  readonly stream: string;
  /** The beginning of every subject. */
  readonly subject: string;
  /** How many servers of the cluster keep the stream, if it is created. */
  readonly replicas: number;
  /** How long messages are kept, if the stream is created; 0 for without end. */
  readonly maxAgeDays: number;
  readonly start: (typeof BUS_STARTS)[number];
  /** The `source` of each CloudEvent. */
  readonly source: string;
}

export const isStreamName = (text: string): boolean => /^[A-Za-z0-9_-]{1,64}$/.test(text);

/** Whether it is a subject of NATS without wildcards. */
export const isBusSubject = (text: string): boolean => /^[A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9_-]{1,64}){0,7}$/.test(text);

/** Whether it is a reference to a URI, as CloudEvents takes it. */
export const isEventSource = (text: string): boolean =>
  /^[\x21-\x7e]{1,200}$/.test(text) && URL.canParse(text, 'https://example.com');

/** The server of a URL; null if it is none of NATS. */
export function parseNatsUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return ['nats:', 'tls:'].includes(url.protocol) && url.host !== '' ? url : null;
}
