import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import * as ws from 'ws';
import type { Delivery } from '../../src/adapters/http/live/event-deliveries';
import { NextMessages } from '../../src/adapters/http/websocket/next-messages';

/** The part of `ws` that reads frames, which its types lack. */
const { Receiver } = ws as unknown as { readonly Receiver: new (options: { isServer: boolean }) => Writable };

const deliveryOf = (text: string): Delivery => ({
  body: Buffer.from(JSON.stringify({ data: { text } })),
  code: undefined,
  cursor: null,
  isPersonal: false,
});

/** What a client reads of a frame. */
async function read(frame: Buffer): Promise<readonly [text: string, isBinary: boolean]> {
  const receiver = new Receiver({ isServer: false });
  const read = once(receiver, 'message');
  receiver.write(frame);
  const [data, isBinary] = await read;
  return [String(data), isBinary];
}

it.each([0, 60, 61, 62, 63, 64, 1_000, 65_400, 65_450, 65_500, 65_536, 200_000])(
  'a message with a text of %i characters is one frame that a client can read',
  async (length) => {
    const messages = new NextMessages('é"1');
    const delivery = deliveryOf('x'.repeat(length));
    const frame = messages.frameOf(delivery);
    const [text, isBinary] = await read(frame);
    expect(JSON.parse(text)).toEqual({ id: 'é"1', type: 'next', payload: { data: { text: 'x'.repeat(length) } } });
    expect(isBinary).toBe(false);
    expect(messages.textOf(delivery).toString()).toBe(text);
    expect(messages.lengthOf(delivery)).toBe(Buffer.byteLength(text));
  },
);

it('clients with the same id get the same frame, and others their own', async () => {
  const delivery = deliveryOf('x');
  const first = new NextMessages('1').frameOf(delivery);
  expect(new NextMessages('1').frameOf(delivery)).toBe(first);
  const other = new NextMessages('2').frameOf(delivery);
  expect(JSON.parse((await read(other))[0]).id).toBe('2');
  expect(JSON.parse((await read(first))[0]).id).toBe('1');
});
