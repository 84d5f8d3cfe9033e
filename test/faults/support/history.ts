/** A mutation that the service has answered, with the key that the client sent in each attempt. */
export interface AnsweredMutation {
  readonly key: string;
  /** Whether it was carried out. One that was refused for its content must leave no event. */
  readonly isAccepted: boolean;
  /** False if it is a transaction of another client of the database. */
  readonly isOfClient: boolean;
  /** The ticket as the answer has it; null if there is none, or it was refused. */
  readonly ticket: { readonly id: string; readonly version: number } | null;
}

/** An event as the log has it, in the order of the positions. */
export interface LogEntry {
  readonly position: number;
  /** The id by which every observer knows it. */
  readonly id: string;
  /** The global id of its ticket. */
  readonly ticketId: string;
  /** The version of the ticket after it. */
  readonly number: number;
  /** The key of the mutation that made it; null if none did. */
  readonly key: string | null;
  /** Null unless it is a deadline or a mark that fell due. */
  readonly deadline: { readonly name: string; readonly dueAt: number; readonly recordedAt: number } | null;
  /** The deadlines and marks that the ticket has from now on. */
  readonly sets: readonly { readonly name: string; readonly dueAt: number }[];
  /** When it met or changed the deadlines of its ticket; null if it did not. */
  readonly settledAt: number | null;
}

/** What a subscriber or the receiver of a webhook got, in the order in which it came. */
export interface Observation {
  readonly observer: string;
  readonly ids: readonly string[];
}

/** A time during which deadlines may be late, in epoch milliseconds. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

export interface History {
  readonly answered: readonly AnsweredMutation[];
  readonly log: readonly LogEntry[];
  readonly observations: readonly Observation[];
  readonly outages: readonly Outage[];
  /** A deadline that is recorded later than this is a violation, unless an outage explains it. */
  readonly mostLateMs: number;
}

export interface Verdict {
  /** What the history breaks; empty if it keeps every promise. */
  readonly violations: readonly string[];
  /** For each observer, how often it got an event that it already had. */
  readonly repeated: Readonly<Record<string, number>>;
  /** How late deadlines were recorded outside outages, in milliseconds. */
  readonly latenessMs: readonly number[];
}

/** Compares what the service has promised with what happened. Nothing here knows how it works. */
export function checkHistory(history: History): Verdict {
  const lateness = latenessOf(history);
  return {
    violations: [
      ...mutationViolations(history),
      ...answerViolations(history),
      ...positionViolations(history.log),
      ...versionViolations(history.log),
      ...history.observations.flatMap((observation) => [...observationViolations(observation, history.log)]),
      ...deadlineViolations(history.log),
      ...missingDeadlines(history.log),
      ...lateness
        .filter(({ lateMs }) => lateMs > history.mostLateMs)
        .map(({ name, lateMs }) => `late: ${name} was recorded ${lateMs} ms after it was due`),
    ],
    repeated: Object.fromEntries(history.observations.map(({ observer, ids }) => [observer, repetitionsIn(ids)])),
    latenessMs: lateness.map(({ lateMs }) => lateMs),
  };
}

function* mutationViolations({ answered, log }: History): Generator<string> {
  const times = countOf(log.flatMap(({ key }) => key ?? []));
  for (const { key, isAccepted } of answered) {
    const found = times.get(key) ?? 0;
    if (isAccepted && found === 0) yield `lost: the acknowledged mutation ${key} is not in the log`;
    if (isAccepted && found > 1) yield `doubled: the mutation ${key} is in the log ${found} times`;
    if (!isAccepted && found > 0) yield `refused and stored: the mutation ${key} is in the log ${found} times`;
  }
}

/** The first answer, and that to a repeated request, is of the version that the change has made. */
function* answerViolations({ answered, log }: History): Generator<string> {
  const made = new Map(log.flatMap((entry) => (entry.key === null ? [] : [[entry.key, entry]])));
  const keys = new Map(log.map(({ ticketId, number, key }) => [`${ticketId} ${number}`, key]));
  for (const { key, ticket } of answered) {
    const entry = made.get(key);
    if (ticket === null || entry === undefined) continue;
    if (ticket.id !== entry.ticketId) yield `answer: the mutation ${key} was answered with another ticket`;
    // A change can be followed by events that it causes, which have no key.
    else if (!isAnsweredBy(entry, ticket.version, keys)) {
      yield `answer: the mutation ${key} made version ${entry.number}, and was answered with ${ticket.version}`;
    }
  }
}

function isAnsweredBy(
  { ticketId, number }: LogEntry,
  version: number,
  keys: ReadonlyMap<string, string | null>,
): boolean {
  if (version < number) return false;
  for (let later = number + 1; later <= version; later++) if (keys.get(`${ticketId} ${later}`) !== null) return false;
  return true;
}

function* positionViolations(log: readonly LogEntry[]): Generator<string> {
  for (const [index, { position }] of log.entries()) {
    const before = log[index - 1]?.position ?? position - 1;
    if (position !== before + 1) yield `positions: ${position} follows ${before}`;
  }
}

function* versionViolations(log: readonly LogEntry[]): Generator<string> {
  const versions = new Map<string, number>();
  for (const { ticketId, number } of log) {
    const before = versions.get(ticketId) ?? 0;
    if (number !== before + 1) yield `versions: of ticket ${ticketId}, ${number} follows ${before}`;
    versions.set(ticketId, number);
  }
}

/** Each event at least once; the first time in the order of its ticket. */
function* observationViolations({ observer, ids }: Observation, log: readonly LogEntry[]): Generator<string> {
  const known = new Map(log.map((entry) => [entry.id, entry]));
  const seen = new Set<string>();
  const last = new Map<string, number>();
  for (const id of ids) {
    if (seen.has(id)) continue;
    seen.add(id);
    const entry = known.get(id);
    if (entry === undefined) {
      yield `invented: ${observer} got ${id}, which is not in the log`;
      continue;
    }
    const before = last.get(entry.ticketId) ?? 0;
    if (entry.number < before) {
      yield `order: ${observer} got event ${entry.number} of ticket ${entry.ticketId} after event ${before}`;
    }
    last.set(entry.ticketId, Math.max(before, entry.number));
  }
  for (const { id, position } of log) {
    if (!seen.has(id)) yield `missed: ${observer} did not get ${id} at position ${position}`;
  }
}

function* deadlineViolations(log: readonly LogEntry[]): Generator<string> {
  const times = countOf(log.flatMap(({ ticketId, deadline }) => (deadline ? `${ticketId} ${deadline.name}` : [])));
  for (const [name, count] of times) {
    if (count > 1) yield `fired twice: ${name} is in the log ${count} times`;
  }
  for (const { ticketId, deadline } of log) {
    const earlyMs = deadline === null ? 0 : deadline.dueAt - deadline.recordedAt;
    if (earlyMs > 0) yield `early: ${ticketId} ${deadline?.name} was recorded ${earlyMs} ms before it was due`;
  }
}

/** What a ticket was to meet and did not has to be in the log, whatever the service had planned. */
function* missingDeadlines(log: readonly LogEntry[]): Generator<string> {
  const fired = new Set(log.flatMap(({ ticketId, deadline }) => (deadline ? `${ticketId} ${deadline.name}` : [])));
  const settled = new Map<string, number>();
  for (const { ticketId, settledAt } of log) {
    if (settledAt !== null) settled.set(ticketId, Math.min(settledAt, settled.get(ticketId) ?? settledAt));
  }
  for (const { ticketId, sets } of log) {
    for (const { name, dueAt } of sets) {
      const isDue = dueAt < (settled.get(ticketId) ?? Number.POSITIVE_INFINITY);
      if (isDue && !fired.has(`${ticketId} ${name}`)) yield `never fired: ${ticketId} ${name} is not in the log`;
    }
  }
}

/**
 * An outage explains the lateness of a deadline that falls due in it, or so shortly before that it
 * could not be recorded any more. It is measured from the end of that outage then.
 */
function latenessOf({ log, outages, mostLateMs }: History): readonly { name: string; lateMs: number }[] {
  return log.flatMap(({ ticketId, deadline }) => {
    if (deadline === null) return [];
    const { name, dueAt, recordedAt } = deadline;
    const explained = outages
      .filter(({ from, to }) => from <= dueAt + mostLateMs && dueAt < to)
      .reduce((latest, { to }) => Math.max(latest, to), dueAt);
    return explained > dueAt && recordedAt <= explained + mostLateMs
      ? []
      : [{ name: `${ticketId} ${name}`, lateMs: Math.max(0, recordedAt - explained) }];
  });
}

const repetitionsIn = (ids: readonly string[]): number => ids.length - new Set(ids).size;

function countOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
