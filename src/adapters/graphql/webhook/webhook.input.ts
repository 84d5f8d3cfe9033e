import { Field, ID, InputType } from 'type-graphql';
import type { WebhookFormat } from '../../../application/ports/webhooks';
import type { ReplayScope } from '../../../application/webhooks/replay-webhook';
import { DAY_MS, type DurationMs } from '../../../domain/instant';
import { MAX_WEB_ADDRESS, NOTE, type TextRule } from '../../../domain/value-rules';
import { Text } from '../base/input-rules';
import { MutationInput } from '../base/mutation.input';
import { optional } from '../base/optional';
import { DurationScalar, EventCursorScalar } from '../base/scalars';
import { Nested, Takes } from '../base/validation';
import { ReplayScopeEnum, WebhookFormatEnum } from './webhook-enums';
import { WebhookFilterInput } from './webhook-filter.input';

export const ROUTING_KEY: TextRule = { max: 100 };
const WEBHOOK_URL: TextRule = { max: MAX_WEB_ADDRESS };
/** The previous signing secret can stay valid for so long. */
const LONGEST_OVERLAP_MS = 30 * DAY_MS;
const DEFAULT_OVERLAP_MS = DAY_MS;

const URL_DESCRIPTION =
  'The address of the endpoint: `https://` with the name of a host that is on the public internet, unless an operator has allowed others. At most 2,048 characters, also when it is encoded. It is stored in its normal form, such as `https://example.com/` for `HTTPS://example.com`.';
const FILTER_DESCRIPTION = 'The events that the endpoint gets.';
const ROUTING_KEY_DESCRIPTION =
  'The integration key of a service of PagerDuty, 1 to 100 characters. Only for the format `PAGERDUTY`, which needs it. It cannot be read again.';
const REPORTS_DESCRIPTION =
  'Whether the endpoint also gets a message when another webhook of the same owner is disabled.';

@InputType('CreateWebhookInput', { description: 'The input of `createWebhook`.' })
export class CreateWebhookInput extends MutationInput {
  @Field(() => String, { description: URL_DESCRIPTION })
  @Text(WEBHOOK_URL)
  url!: string;

  @Field(() => String, { ...optional, description: 'What the webhook is for, at most 2,000 characters.' })
  @Text(NOTE)
  description?: string | null;

  @Field(() => WebhookFormatEnum, {
    ...optional,
    description: 'The body that the endpoint gets. Defaults to `STANDARD`. It cannot be changed later.',
  })
  format?: WebhookFormat | null;

  @Field(() => WebhookFilterInput, { ...optional, description: `${FILTER_DESCRIPTION} Defaults to all.` })
  @Nested()
  filter?: WebhookFilterInput | null;

  @Field(() => String, { ...optional, description: ROUTING_KEY_DESCRIPTION })
  @Text(ROUTING_KEY)
  routingKey?: string | null;

  @Field(() => Boolean, { ...optional, description: `${REPORTS_DESCRIPTION} Defaults to false.` })
  reportsDisabledWebhooks?: boolean | null;
}

@InputType('UpdateWebhookInput', {
  description: 'The input of `updateWebhook`. A field that is left out or null stays as it is.',
})
export class UpdateWebhookInput extends MutationInput {
  @Field(() => ID, { description: 'The global id of the webhook.' })
  webhookId!: string;

  @Field(() => String, { ...optional, description: URL_DESCRIPTION })
  @Text(WEBHOOK_URL)
  url?: string | null;

  @Field(() => String, {
    ...optional,
    description: 'What the webhook is for, at most 2,000 characters. An empty text removes the description.',
  })
  @Text({ ...NOTE, blank: true })
  description?: string | null;

  @Field(() => WebhookFilterInput, {
    ...optional,
    description: `${FILTER_DESCRIPTION} It replaces the present filter; an empty one matches all events.`,
  })
  @Nested()
  filter?: WebhookFilterInput | null;

  @Field(() => String, { ...optional, description: ROUTING_KEY_DESCRIPTION })
  @Text(ROUTING_KEY)
  routingKey?: string | null;

  @Field(() => Boolean, { ...optional, description: REPORTS_DESCRIPTION })
  reportsDisabledWebhooks?: boolean | null;

  @Field(() => Boolean, {
    ...optional,
    description:
      'Enables or disables the webhook. A webhook that is enabled again belongs to the caller and goes on where it stopped.',
  })
  isEnabled?: boolean | null;

  @Field(() => Boolean, {
    ...optional,
    description:
      'When the webhook is enabled again, whether the events since it was disabled are left out. What was pending then is sent. Defaults to false.',
  })
  skipMissed?: boolean | null;
}

@InputType('RotateWebhookSecretInput', { description: 'The input of `rotateWebhookSecret`.' })
export class RotateWebhookSecretInput extends MutationInput {
  @Field(() => ID, { description: 'The global id of the webhook.' })
  webhookId!: string;

  @Field(() => DurationScalar, {
    ...optional,
    description:
      'How long the present secrets stay valid besides the new one, at most 30 days. Defaults to one day. `PT0S` ends them at once.',
  })
  @Takes(
    'takes a duration from PT0S to P30D',
    (value) => typeof value === 'number' && value >= 0 && value <= LONGEST_OVERLAP_MS,
  )
  keepPreviousFor?: DurationMs | null;
}

export const overlapOf = ({ keepPreviousFor }: RotateWebhookSecretInput): DurationMs =>
  keepPreviousFor ?? DEFAULT_OVERLAP_MS;

@InputType('DeleteWebhookInput', { description: 'The input of `deleteWebhook`.' })
export class DeleteWebhookInput extends MutationInput {
  @Field(() => ID, { description: 'The global id of the webhook.' })
  webhookId!: string;
}

@InputType('TestWebhookInput', { description: 'The input of `testWebhook`.' })
export class TestWebhookInput extends MutationInput {
  @Field(() => ID, { description: 'The global id of the webhook.' })
  webhookId!: string;
}

@InputType('ReplayWebhookInput', { description: 'The input of `replayWebhook`. It needs a cursor or a delivery.' })
export class ReplayWebhookInput extends MutationInput {
  @Field(() => ID, { description: 'The global id of the webhook.' })
  webhookId!: string;

  @Field(() => EventCursorScalar, { ...optional, description: 'Sends the events after this cursor of the log.' })
  after?: string | null;

  @Field(() => ID, {
    ...optional,
    description: 'The global id of a delivery of the webhook. Sends it, and unless the scope is `ONE` those after it.',
  })
  deliveryId?: string | null;

  @Field(() => ReplayScopeEnum, { ...optional, description: 'What is sent again. Defaults to `ALL`.' })
  scope?: ReplayScope | null;
}
