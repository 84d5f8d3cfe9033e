import { expect, it } from '@jest/globals';
import type { EnabledWebhook } from '../../src/application/ports/webhook-queue';
import { DeliveryPlaces } from '../../src/application/webhooks/delivery-places';

const webhook = (id: string, failingSince: number | null = null) => ({ id, failingSince }) as EnabledWebhook;

const hold = (places: DeliveryPlaces, { id }: EnabledWebhook, count: number): void => {
  for (let n = 0; n < count; n += 1) places.hold(id);
};

it('claims many of a webhook at once, and further ones when half of them are sent', () => {
  const places = new DeliveryPlaces();
  const good = webhook('a');
  expect(places.roomsFor([good], 0)).toEqual([{ webhookId: 'a', places: 32 }]);
  hold(places, good, 32);
  for (let sent = 0; sent < 15; sent += 1) {
    expect(places.take(good)).toBe(true);
    expect(places.free('a')).toBe(false);
  }
  expect(places.roomsFor([good], 0)).toEqual([]);
  expect(places.take(good)).toBe(true);
  expect(places.free('a')).toBe(true);
  expect(places.roomsFor([good], 0)).toEqual([{ webhookId: 'a', places: 16 }]);
});

it('has eight places for a webhook, and one while its endpoint fails or is slow', () => {
  const places = new DeliveryPlaces();
  const good = webhook('a');
  hold(places, good, 20);
  for (let sent = 0; sent < 8; sent += 1) expect(places.take(good)).toBe(true);
  expect(places.take(good)).toBe(false);
  places.free('a');
  places.noteAttempt('a', false);
  expect(places.take(good)).toBe(false);
  places.noteAttempt('a', true);
  expect(places.take(good)).toBe(true);
});

it('claims one delivery of a webhook that fails, and leaves half of all places to the others', () => {
  const places = new DeliveryPlaces();
  const failing = Array.from({ length: 70 }, (_, n) => webhook(`f${n}`, 1));
  const rooms = places.roomsFor([...failing, webhook('a')], 0);
  expect(rooms.filter(({ webhookId }) => webhookId !== 'a')).toHaveLength(64);
  expect(rooms.every(({ webhookId, places: count }) => count === (webhookId === 'a' ? 32 : 1))).toBe(true);
  const [first = webhook('')] = failing;
  places.hold(first.id);
  expect(places.roomsFor([first], 0)).toEqual([]);
});

it('sends no more than 128 messages at once', () => {
  const places = new DeliveryPlaces();
  const webhooks = Array.from({ length: 20 }, (_, n) => webhook(`w${n}`));
  for (const one of webhooks) hold(places, one, 8);
  const taken = webhooks.flatMap((one) => Array.from({ length: 8 }, () => places.take(one)).filter(Boolean));
  expect(taken).toHaveLength(128);
});
