import { expect, it } from '@jest/globals';
import type { EnabledWebhook } from '../../src/application/ports/webhook-queue';
import { DeliveryPlaces } from '../../src/application/webhooks/delivery-places';

const webhook = (id: string, failingSince: number | null = null) =>
  ({ id, failingSince, version: 1 }) as EnabledWebhook;

const hold = (places: DeliveryPlaces, { id }: EnabledWebhook, count: number): void => {
  for (let n = 0; n < count; n += 1) places.hold(id);
};

it('claims many of a webhook at once, and further ones when half of them are sent', () => {
  const places = new DeliveryPlaces();
  const good = webhook('a');
  places.noteAttempt(good, true);
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
  places.noteAttempt(good, true);
  hold(places, good, 20);
  for (let sent = 0; sent < 8; sent += 1) expect(places.take(good)).toBe(true);
  expect(places.take(good)).toBe(false);
  places.free('a');
  places.noteAttempt(good, false);
  expect(places.take(good)).toBe(false);
  places.noteAttempt(good, true);
  expect(places.take(good)).toBe(true);
});

it('claims one delivery of a webhook that fails, and leaves half of all places to the others', () => {
  const places = new DeliveryPlaces();
  const failing = Array.from({ length: 70 }, (_, n) => webhook(`f${n}`, 1));
  places.noteAttempt(webhook('a'), true);
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
  for (const one of webhooks) {
    places.noteAttempt(one, true);
    hold(places, one, 8);
  }
  const taken = webhooks.flatMap((one) => Array.from({ length: 8 }, () => places.take(one)).filter(Boolean));
  expect(taken).toHaveLength(128);
});

it('claims and sends one delivery of an endpoint that it does not know yet', () => {
  const places = new DeliveryPlaces();
  const unknown = webhook('a');
  expect(places.roomsFor([unknown], 0)).toEqual([{ webhookId: 'a', places: 1 }]);
  hold(places, unknown, 2);
  expect(places.roomsFor([unknown], 0)).toEqual([]);
  expect([places.take(unknown), places.take(unknown)]).toEqual([true, false]);
});

it('gives the places of endpoints that begin to hang to others, once each', () => {
  const places = new DeliveryPlaces();
  const hanging = Array.from({ length: 16 }, (_, n) => webhook(`h${n}`));
  const healthy = webhook('a');
  for (const one of [...hanging, healthy]) {
    places.noteAttempt(one, true);
    hold(places, one, 8);
  }
  for (const one of hanging) for (let n = 0; n < 8; n += 1) expect(places.take(one)).toBe(true);
  expect(places.take(healthy)).toBe(false);
  const [first = healthy] = hanging;
  places.leave(first);
  expect(places.take(healthy)).toBe(true);
  expect(places.take(healthy)).toBe(false);
  // The endpoint that hangs has none until there is an answer, and its place is not given twice.
  expect(places.roomsFor([first], 0)).toEqual([]);
  places.free(first.id, true);
  expect(places.take(healthy)).toBe(false);
  places.free(healthy.id);
  expect(places.take(healthy)).toBe(true);
});

it('holds fewer of each webhook when there are many, so that all have a share', () => {
  const places = new DeliveryPlaces();
  const many = Array.from({ length: 40 }, (_, n) => webhook(`w${n}`));
  for (const one of many) places.noteAttempt(one, true);
  expect(new Set(places.roomsFor(many, 0).map(({ places: count }) => count))).toEqual(new Set([12]));
  const more = Array.from({ length: 400 }, (_, n) => webhook(`w${n}`));
  for (const one of more) places.noteAttempt(one, true);
  expect(new Set(places.roomsFor(more, 0).map(({ places: count }) => count))).toEqual(new Set([8]));
});

it('does not know an endpoint any more whose webhook was changed or is gone', () => {
  const places = new DeliveryPlaces();
  const known = webhook('a');
  places.noteAttempt(known, true);
  expect(places.roomsFor([{ ...known, version: 2 }], 0)).toEqual([{ webhookId: 'a', places: 1 }]);
  expect(places.roomsFor([known], 0)).toEqual([{ webhookId: 'a', places: 32 }]);
  places.roomsFor([], 0);
  expect(places.roomsFor([known], 0)).toEqual([{ webhookId: 'a', places: 1 }]);
});

it('claims for endpoints that fail while others hang that have given their places back', () => {
  const places = new DeliveryPlaces();
  const hanging = Array.from({ length: 64 }, (_, n) => webhook(`h${n}`));
  for (const one of hanging) {
    hold(places, one, 1);
    places.take(one);
  }
  const failing = webhook('f', 1);
  for (const one of hanging) places.leave(one);
  expect(places.roomsFor([...hanging, failing], 0)).toEqual([{ webhookId: 'f', places: 1 }]);
});
