import type {
  DeliveryKind,
  DeliveryStatus,
  WebhookDisabledReason,
  WebhookFormat,
} from '../../../application/ports/webhooks';
import type { ReplayScope } from '../../../application/webhooks/replay-webhook';
import { describeEnum } from '../base/enums';

export const WebhookFormatEnum = describeEnum<WebhookFormat>('WebhookFormat', 'The body that an endpoint gets.', {
  STANDARD: 'The body that docs/WEBHOOKS.md describes.',
  SLACK: 'A message, as an incoming webhook of Slack takes it.',
  PAGERDUTY:
    'An event of the Events API v2 of PagerDuty. A ticket that begins to match triggers an incident, and one that is resolved, closed or no longer matches resolves it.',
});

export const WebhookDisabledReasonEnum = describeEnum<WebhookDisabledReason>(
  'WebhookDisabledReason',
  'Why a webhook is disabled.',
  {
    REQUESTED: 'A caller has disabled it.',
    GONE: 'The endpoint has answered 410 (Gone).',
    FAILING: 'Every attempt has failed for five days.',
    OWNER_WITHOUT_RIGHTS: 'Its owner may not use webhooks any more: an API key was revoked, or a person left.',
  },
);

export const DeliveryKindEnum = describeEnum<DeliveryKind>('WebhookDeliveryKind', 'What a message is about.', {
  EVENT: 'An event of a ticket.',
  TEST: 'A test by `testWebhook`.',
  WEBHOOK_DISABLED: 'Another webhook of the same owner was disabled.',
});

export const DeliveryStatusEnum = describeEnum<DeliveryStatus>('WebhookDeliveryStatus', 'What became of a delivery.', {
  PENDING: 'It is being sent, or will be attempted.',
  DELIVERED: 'The endpoint has answered with a status code from 200 to 299.',
  FAILED: 'The last attempt has failed, or the endpoint has answered 410.',
  CANCELLED: 'It was not sent: the webhook may not get the event any more, or its format has no message for it.',
});

export const ReplayScopeEnum = describeEnum<ReplayScope>('WebhookReplayScope', 'What is sent again.', {
  ONE: 'One delivery.',
  FAILED: 'The deliveries that have failed or were cancelled.',
  ALL: 'Everything that matches the present filter, whether it was delivered or not.',
});

export const WebhookLimitScopeEnum = describeEnum<'SERVICE' | 'CLIENTS'>(
  'WebhookLimitScope',
  'Which webhooks a limit counts.',
  {
    SERVICE: 'All webhooks of the service.',
    CLIENTS: 'The webhooks for the events of just those clients that the caller sees.',
  },
);
