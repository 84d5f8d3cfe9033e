import type { LogPosition } from './logged-event';

/** An event on its way to the bus. */
export interface BusMessage {
  /** That of the event: the bus and its readers recognise a repeated message by it. */
  readonly id: string;
  readonly position: LogPosition;
  /** The parts of the subject after its prefix. */
  readonly subject: readonly string[];
  /** A CloudEvent as JSON. */
  readonly body: string;
}

/** A bus of other systems that keeps messages in their order. */
export interface EventBus {
  /**
   * Connects if there is no connection, and returns the position of the last message that the bus
   * has kept; null if it has none, or one that is not of this service.
   */
  lastPosition(): Promise<LogPosition | null>;
  /**
   * Adds messages in their order, each only after the one before it, and the first one only after
   * the one that was the last at the call of `lastPosition` or that this object has added. Resolves
   * when all of them are kept. If it rejects, the first of them may be kept, and `lastPosition` is
   * to be called again.
   *
   * @throws BusMoved if the bus has another last message
   */
  publish(messages: readonly BusMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** Another process has added messages to the bus since its last message was read. */
export class BusMoved extends Error {
  override readonly name = 'BusMoved';
  constructor() {
    super('Another process has published to the event bus');
  }
}

/** The position of the bus, for as long as a process holds it. */
export interface BusLease {
  /** The events up to it are on the bus. */
  readonly position: LogPosition;
  /** Greater for each holder. */
  readonly token: number;
}

/** Which process publishes, and how far the bus is. */
export interface BusPositions {
  /**
   * Takes or extends the lease of this process.
   *
   * @param start the position of a bus to which nothing was published yet
   * @returns null while another process holds it
   */
  take(start: LogPosition): Promise<BusLease | null>;
  /** Moves the bus on and extends the lease; false if another process holds it since. */
  advance(lease: BusLease, position: LogPosition): Promise<boolean>;
  /** Gives the lease back, so that another process does not wait for its end. */
  release(lease: BusLease): Promise<void>;
}
