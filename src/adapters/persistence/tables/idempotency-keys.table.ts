import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import type { Refusal } from '../../../domain/ticket/refusals';
import { instant, integer, json, orNull, primary, text, uuid } from './column-types';

export interface IdempotencyKeyRow {
  readonly caller: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly ticket_id: string;
  readonly version: number | null;
  readonly refused: Refusal | null;
  readonly refusals: readonly (Refusal | null)[];
  readonly created_at: EpochMs;
}

export const idempotencyKeys = new EntitySchema<IdempotencyKeyRow>({
  name: 'idempotency_keys',
  columns: {
    caller: primary(text('Actor who sent the request: kind and id')),
    key: primary(text('Idempotency key as the caller sent it')),
    fingerprint: text('Hash of the input; the same key with another input is refused'),
    ticket_id: uuid('Ticket or other object of the request; need not exist'),
    version: orNull(integer('Version of the object after the request; null if it did not change')),
    refused: orNull(json('Refusal of the whole request')),
    refusals: json('For each step of the request, its refusal, or null if it was carried out'),
    created_at: instant('Time at which the request was first answered'),
  },
  indices: [{ name: 'idempotency_keys_created_at_idx', columns: ['created_at'] }],
});
