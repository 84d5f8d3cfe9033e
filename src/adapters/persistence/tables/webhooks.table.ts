import { EntitySchema } from 'typeorm';
import type { WebhookDisabledReason, WebhookFormat } from '../../../application/ports/webhooks';
import type { WebhookFilter } from '../../../application/webhooks/webhook-filter';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { bigint, boolean, instant, integer, json, orNull, primary, text, textList, uuid } from './column-types';

export interface WebhookRow {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  readonly format: WebhookFormat;
  readonly filter: WebhookFilter;
  readonly client_ids: readonly string[] | null;
  readonly reports_disabled_webhooks: boolean;
  readonly sealed: string;
  readonly disabled_reason: WebhookDisabledReason | null;
  readonly disabled_at: EpochMs | null;
  readonly failing_since: EpochMs | null;
  /** A decimal 64-bit integer. */
  readonly position: string;
  readonly payload_version: number;
  readonly version: number;
  readonly created_at: EpochMs;
  readonly created_by: Actor;
  readonly updated_at: EpochMs;
  readonly owner: Actor;
}

export const webhooks = new EntitySchema<WebhookRow>({
  name: 'webhooks',
  columns: {
    id: primary(uuid('Primary key, a UUID version 7')),
    url: text('Address of the endpoint as people see it; without its path where that is a secret'),
    description: orNull(text('What the webhook is for; null if nothing was said')),
    format: text('Body that the endpoint gets: STANDARD, SLACK or PAGERDUTY'),
    filter: json('Which events it gets'),
    client_ids: orNull({
      ...textList('Clients whose events it may get; null for those of all clients'),
      type: 'uuid',
    }),
    reports_disabled_webhooks: boolean('Whether it also gets a message when another webhook of its owner is disabled'),
    sealed: text('Its secrets, encrypted with a key of the configuration'),
    disabled_reason: orNull(text('Why it is disabled; null while it is enabled')),
    disabled_at: orNull(instant('Time at which it was disabled; null while it is enabled')),
    failing_since: orNull(instant('Time since which every attempt has failed; null if the last one succeeded')),
    position: bigint('Last position of the log that was compared with the filter'),
    payload_version: integer('Version of the body'),
    version: integer('Number of changes of its settings, from 1'),
    created_at: instant('Time at which it was created'),
    created_by: json('Actor who created it'),
    updated_at: instant('Time at which its settings were changed last'),
    owner: json('Actor on whose rights it depends: who created it, or enabled it last'),
  },
  indices: [{ name: 'webhooks_created_at_idx', columns: ['created_at', 'id'] }],
});
