import type { Actor } from '../actor';
import type { EpochMs } from '../instant';
import { problemText, UnreadableRecord } from '../shape';
import { ACTOR_SHAPE, EVENT_SHAPES } from './event-shapes';
import type { EventType, TicketEvent } from './ticket-events';

/** An event as its row holds it: `data` has the shape that `type` had in `schemaVersion`. */
export interface RecordedEvent {
  /** Its place in the log, in decimal. */
  readonly id: string;
  readonly ticketId: string;
  readonly number: number;
  readonly type: string;
  /** Counts from 1 for each event type. */
  readonly schemaVersion: number;
  readonly at: EpochMs;
  readonly actor: Actor;
  readonly data: Readonly<Record<string, unknown>>;
}

type Step = (data: RecordedEvent['data']) => RecordedEvent['data'];

/**
 * The steps from each version of an event type's shape to the next: the first leads from version 1
 * to 2. A type that is not listed is at version 1. To change a shape, change `EVENT_SHAPES` and
 * append a step here; never change a step.
 */
const STEPS: { readonly [Type in EventType]?: readonly Step[] } = {
  // Clients got calendars of their own. Rows without a version count as version 1, and may have
  // calendars already.
  SUBMITTED: [(data) => ({ calendars: {}, ...data })],
};

/** The version of the shape in which events of a type are written. */
export const schemaVersionOf = (type: EventType): number => 1 + (STEPS[type]?.length ?? 0);

/** What makes an unreadable event readable: a newer version of Stepdown, or a repair of its row. */
export type Remedy = 'UPGRADE' | 'REPAIR';

const REMEDIES: Readonly<Record<Remedy, string>> = {
  UPGRADE: 'A newer version of Stepdown wrote it: upgrade this process',
  REPAIR: 'The stored row is damaged: compare it with a backup and correct it by a migration',
};

/**
 * An event of the log that cannot be read, so that its ticket cannot be folded. The message says
 * what to do.
 */
export class UnreadableEvent extends UnreadableRecord {
  override readonly name = 'UnreadableEvent';
  readonly ticketId: string;
  readonly number: number;

  constructor(
    { id, ticketId, number }: Pick<RecordedEvent, 'id' | 'ticketId' | 'number'>,
    reason: string,
    readonly remedy: Remedy,
  ) {
    super(`Event ${number} of ticket ${ticketId} (events.id ${id}) cannot be read: ${reason}. ${REMEDIES[remedy]}.`);
    this.ticketId = ticketId;
    this.number = number;
  }
}

/** The types of events. */
export const EVENT_TYPES = Object.keys(EVENT_SHAPES) as readonly EventType[];

const isKnown = (type: string): type is EventType => Object.hasOwn(EVENT_SHAPES, type);

/**
 * Reads an event of the log: brings its data from the version in which it was written to the
 * newest, and checks its shape. Fields that the shape does not know are kept.
 *
 * @throws UnreadableEvent if the type or the version is unknown, or the data have another shape
 */
export function readEvent(recorded: RecordedEvent): TicketEvent {
  const { type, schemaVersion, ticketId, number, at, actor } = recorded;
  if (!isKnown(type)) {
    throw new UnreadableEvent(recorded, `this version of Stepdown does not know the type ${type}`, 'UPGRADE');
  }
  const newest = schemaVersionOf(type);
  if (!(schemaVersion >= 1)) {
    throw new UnreadableEvent(recorded, `${schemaVersion} is no version of the shape of ${type}`, 'REPAIR');
  }
  if (schemaVersion > newest) {
    const known = `this version of Stepdown reads ${type} up to version ${newest} of its shape, not ${schemaVersion}`;
    throw new UnreadableEvent(recorded, known, 'UPGRADE');
  }
  let { data } = recorded;
  for (const step of STEPS[type]?.slice(schemaVersion - 1) ?? []) data = step(data);
  const problem = EVENT_SHAPES[type].problemIn(data);
  if (problem !== null) throw new UnreadableEvent(recorded, `in ${type}, ${problemText(problem)}`, 'REPAIR');
  const actorProblem = ACTOR_SHAPE.problemIn(actor);
  if (actorProblem !== null) {
    throw new UnreadableEvent(recorded, `of its actor, ${problemText(actorProblem)}`, 'REPAIR');
  }
  // The shape was checked, and `EVENT_SHAPES` describes `EventBody` exactly.
  return { ...data, type, ticketId, number, at, actor } as TicketEvent;
}
