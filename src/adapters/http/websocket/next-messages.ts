import type { Delivery } from '../live/event-deliveries';

const END = Buffer.from('}');
/** The first byte of a frame that is a whole message of text (RFC 6455). */
const WHOLE_TEXT = 0x81;

/** The last message of a delivery, for the next client that has chosen the same id. */
interface Known {
  readonly id: string;
  readonly frame: Buffer;
}

const known = new WeakMap<Delivery, Known>();

/** The `next` messages of an operation, by its id, as frames of a WebSocket. */
export class NextMessages {
  private readonly head: Buffer;

  constructor(private readonly id: string) {
    this.head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  }

  /** The length of the message of a delivery, in bytes. */
  lengthOf({ body }: Delivery): number {
    return this.head.length + body.length + END.length;
  }

  /** The message without a frame. */
  textOf({ body }: Delivery): Buffer {
    return Buffer.concat([this.head, body, END]);
  }

  /** The messages of deliveries, each in one frame. */
  framesOf(deliveries: readonly Delivery[]): Buffer {
    const [first] = deliveries;
    if (first !== undefined && deliveries.length === 1) return this.frameOf(first);
    return Buffer.concat(deliveries.map((delivery) => this.frameOf(delivery)));
  }

  /**
   * The message in one frame. The frames of a server are not masked, so that all clients with the
   * same id get the same buffer.
   */
  frameOf(delivery: Delivery): Buffer {
    const last = known.get(delivery);
    if (last?.id === this.id) return last.frame;
    const frame = Buffer.concat([lengthsOf(this.lengthOf(delivery)), this.head, delivery.body, END]);
    known.set(delivery, { id: this.id, frame });
    return frame;
  }
}

/** The beginning of the frame of a message of so many bytes. */
function lengthsOf(length: number): Buffer {
  if (length < 126) return Buffer.of(WHOLE_TEXT, length);
  if (length < 65_536) return Buffer.of(WHOLE_TEXT, 126, length >>> 8, length & 255);
  const long = Buffer.alloc(10);
  long[0] = WHOLE_TEXT;
  long[1] = 127;
  long.writeBigUInt64BE(BigInt(length), 2);
  return long;
}
