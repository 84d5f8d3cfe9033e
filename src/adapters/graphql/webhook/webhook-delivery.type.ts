import { Ctx, Field, FieldResolver, ID, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { LoggedEvent } from '../../../application/ports/logged-event';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { DeliveryKind, DeliveryStatus, Webhook, WebhookDelivery } from '../../../application/ports/webhooks';
import { messageOf } from '../../../application/webhooks/webhook-message';
import type { EpochMs } from '../../../domain/instant';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { TicketEventType } from '../event/event.interface';
import { TicketType } from '../ticket/ticket.type';
import { WebhookType } from './webhook.type';
import { DeliveryKindEnum, DeliveryStatusEnum } from './webhook-enums';

@ObjectType('WebhookDelivery', {
  implements: NodeType,
  description: 'A message to an endpoint, and what came of the last attempt to send it.',
  simpleResolvers: true,
})
export class WebhookDeliveryType extends NodeType {
  @Field(() => DeliveryKindEnum, { description: 'What the message is about.' })
  kind!: DeliveryKind;

  @Field(() => DeliveryStatusEnum, { description: 'What became of the delivery.' })
  status!: DeliveryStatus;

  @Field(() => Int, { description: 'The number of attempts that have ended.' })
  attempts!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, of the next attempt. While a message is being sent, the time after which it is sent again if nothing was recorded. Null when it has ended, and while an earlier delivery of the same ticket is pending.',
  })
  nextAttemptAt!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, when the last attempt ended. Null when there was none.',
  })
  lastAttemptAt!: EpochMs | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The status code of the last answer of the endpoint. Null when there was none.',
  })
  statusCode!: number | null;

  @Field(() => String, { nullable: true, description: 'Why the last attempt failed. Null when it succeeded.' })
  error!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The first 1,024 bytes of the last answer of the endpoint. Null when there was none.',
  })
  response!: string | null;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the delivery was added.' })
  createdAt!: EpochMs;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, when it was delivered or given up. Null while it is pending.',
  })
  endedAt!: EpochMs | null;
}

@Resolver(() => WebhookDeliveryType)
export class WebhookDeliveryResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() { id }: WebhookDelivery): string {
    return toGlobalId('WebhookDelivery', id);
  }

  @FieldResolver(() => String, {
    description:
      'The value of the header `webhook-id`, the same for every attempt. For an event, the global id of the event.',
  })
  messageId(@Root() { id, ticketId, eventNumber }: WebhookDelivery): string {
    return ticketId === null
      ? toGlobalId('WebhookDelivery', id)
      : toGlobalId('TicketEvent', `${ticketId}/${eventNumber}`);
  }

  @FieldResolver(() => DurationScalar, {
    nullable: true,
    description: 'How long the last attempt took. Null when there was none.',
  })
  duration(@Root() { durationMs }: WebhookDelivery): number | null {
    return durationMs;
  }

  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook of the delivery.' })
  webhook(@Root() { webhookId }: WebhookDelivery, @Ctx() context: RequestContext): Promise<Webhook | null> {
    return context.services.webhooks.store.byId(context.caller, webhookId);
  }

  @FieldResolver(() => WebhookType, {
    nullable: true,
    description: 'The webhook that was disabled. Null when the message is not about one, and when it was deleted.',
  })
  async disabledWebhook(
    @Root() { aboutWebhookId }: WebhookDelivery,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<Webhook | null> {
    return aboutWebhookId === null ? null : services.webhooks.store.byId(caller, aboutWebhookId);
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'The ticket of the event, as it is now. Null when the message is not about an event.',
  })
  async ticket(
    @Root() { ticketId }: WebhookDelivery,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<StoredTicket | null> {
    return ticketId === null ? null : services.reader.ticketById(caller, ticketId);
  }

  @FieldResolver(() => TicketEventType, {
    nullable: true,
    description: 'The event. Null when the message is not about one.',
  })
  async event(
    @Root() { ticketId, eventNumber }: WebhookDelivery,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<LoggedEvent | null> {
    if (ticketId === null || eventNumber === null) return null;
    return services.reader.eventByNumber(caller, ticketId, eventNumber);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The body of the request, as it is sent now, without the secret that a format has in it. Null when the format has no message for the event.',
  })
  async requestBody(
    @Root() delivery: WebhookDelivery,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<string | null> {
    const { store, subjects, ids } = services.webhooks;
    const webhook = await store.byId(caller, delivery.webhookId);
    if (webhook === null) return null;
    const [read] = await subjects.of([delivery]);
    if (read === undefined) return null;
    return messageOf(webhook, delivery, await read(), HIDDEN, ids)?.body ?? null;
  }
}

/** Stands for the integration key of PagerDuty. */
const HIDDEN = '[hidden]';
