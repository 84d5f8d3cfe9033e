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
    caller: primary(text('Who chose the key: kind and id of the actor')),
    key: primary(text('As the caller gave it')),
    fingerprint: text('Of the input; the same key with another input is refused'),
    ticket_id: uuid('The ticket, or whatever else, that the request was about; it need not exist'),
    version: orNull(integer('The version the ticket was left at; null where there was none')),
    refused: orNull(json('Why nothing of the request was tried')),
    refusals: json('One for each step: null where it was carried out'),
    created_at: instant('When the request was answered first'),
  },
  indices: [{ name: 'idempotency_keys_created_at_idx', columns: ['created_at'] }],
});
