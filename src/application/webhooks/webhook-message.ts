import { type EpochMs, toIso } from '../../domain/instant';
import type { TicketChange } from '../events/ticket-changes';
import type { Webhook, WebhookDelivery } from '../ports/webhooks';
import { pagerDutyAction, pagerDutyEvent, pagerDutyNotice } from './pagerduty-event';
import { slackMessage, slackNotice } from './slack-message';
import { eventIdOf, eventPayload, type GlobalId, PAYLOAD_VERSION } from './webhook-payload';

/** A message as it is sent. */
export interface WebhookMessage {
  /** The same for every attempt, so that a receiver recognises a repetition. */
  readonly id: string;
  readonly body: string;
}

/** What a delivery is about. */
export type MessageSubject =
  | { readonly kind: 'EVENT'; readonly change: TicketChange }
  | { readonly kind: 'TEST'; readonly at: EpochMs }
  | {
      readonly kind: 'WEBHOOK_DISABLED';
      readonly at: EpochMs;
      readonly about: Pick<Webhook, 'id' | 'url' | 'description' | 'disabledReason' | 'disabledAt'>;
    };

/** What a message needs to know of its webhook. */
export type Addressee = Pick<Webhook, 'id' | 'url' | 'format' | 'filter'>;

/**
 * The message of a delivery in the format of its webhook; null if there is nothing to say in this
 * format.
 *
 * @param routingKey only of PagerDuty
 */
export function messageOf(
  webhook: Addressee,
  delivery: Pick<WebhookDelivery, 'id'>,
  subject: MessageSubject,
  routingKey: string | null,
  id: MessageIds,
): WebhookMessage | null {
  if (subject.kind === 'EVENT') {
    const body = eventBody(webhook, subject.change, routingKey, id);
    return body === null ? null : { id: eventIdOf(subject.change.event, id), body: JSON.stringify(body) };
  }
  const deliveryId = id('WebhookDelivery', delivery.id);
  return { id: deliveryId, body: JSON.stringify(noticeBody(webhook, deliveryId, subject, routingKey, id)) };
}

/** Makes the ids that the API shows, also of deliveries. */
export type MessageIds = GlobalId & ((type: 'WebhookDelivery', key: string) => string);

function eventBody(
  { format, filter }: Addressee,
  change: TicketChange,
  routingKey: string | null,
  id: MessageIds,
): object | null {
  if (format === 'STANDARD') return eventPayload(change, id);
  if (format === 'SLACK') return slackMessage(change);
  const action = pagerDutyAction(change, filter);
  return action === null ? null : pagerDutyEvent(change, action, routingKey ?? '', id);
}

/** The body of a message of the service itself. */
function noticeBody(
  webhook: Addressee,
  deliveryId: string,
  subject: Exclude<MessageSubject, { readonly kind: 'EVENT' }>,
  routingKey: string | null,
  id: MessageIds,
): object {
  if (webhook.format === 'SLACK') return slackNotice(sentenceOf(webhook, subject));
  const timestamp = toIso(subject.at);
  if (webhook.format === 'PAGERDUTY') {
    return pagerDutyNotice(sentenceOf(webhook, subject), routingKey ?? '', deliveryId, timestamp);
  }
  const about = subject.kind === 'TEST' ? webhook : subject.about;
  const shown = { id: id('Webhook', about.id), url: about.url };
  if (subject.kind === 'TEST') {
    return { type: 'webhook.test', timestamp, version: PAYLOAD_VERSION, data: { webhook: shown } };
  }
  const { description, disabledReason, disabledAt } = subject.about;
  return {
    type: 'webhook.disabled',
    timestamp,
    version: PAYLOAD_VERSION,
    data: {
      webhook: { ...shown, description },
      reason: disabledReason,
      disabledAt: disabledAt === null ? null : toIso(disabledAt),
    },
  };
}

const sentenceOf = (webhook: Addressee, subject: Exclude<MessageSubject, { readonly kind: 'EVENT' }>): string =>
  subject.kind === 'TEST'
    ? `Test of the webhook ${webhook.url} of Stepdown.`
    : `Stepdown has disabled the webhook ${subject.about.url} (${subject.about.disabledReason}).`;
