import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { DeliveryFilter, DeliveryStatus, Webhook, WebhookDelivery } from '../../../application/ports/webhooks';
import { type Connection, connection, connectionTypeOf, PageArgs, pageRequest } from '../base/connections';
import { requireUuid } from '../base/global-id';
import type { RequestContext } from '../context';
import { WebhookType } from './webhook.type';
import { WebhookDeliveryType } from './webhook-delivery.type';
import { DeliveryStatusEnum } from './webhook-enums';

const WebhookConnection = connectionTypeOf('Webhook', () => WebhookType, 'webhooks');
const WebhookDeliveryConnection = connectionTypeOf('WebhookDelivery', () => WebhookDeliveryType, 'deliveries');

@Resolver()
export class WebhookQueryResolver {
  @Query(() => WebhookConnection, {
    description: 'The webhooks whose clients the caller may all see, the latest first.',
  })
  async webhooks(
    @Ctx() { services: { webhooks }, caller }: RequestContext,
    @Args() args: PageArgs,
  ): Promise<Connection<Webhook>> {
    return connection(await webhooks.store.page(caller, pageRequest(args)), () => webhooks.store.count(caller));
  }

  @Query(() => WebhookType, {
    nullable: true,
    description: 'Looks up a webhook. Null when there is no such webhook or the caller may not see it.',
  })
  webhook(
    @Ctx() { services: { webhooks }, caller }: RequestContext,
    @Arg('id', () => ID, { description: 'The global id of the webhook.' }) id: string,
  ): Promise<Webhook | null> {
    return webhooks.store.byId(caller, requireUuid('Webhook', id, 'id'));
  }

  @Query(() => WebhookDeliveryConnection, {
    description: 'The deliveries of webhooks, the latest first. Those that have ended are kept for some weeks.',
  })
  async deliveries(
    @Ctx() { services: { webhooks }, caller }: RequestContext,
    @Args() args: PageArgs,
    @Arg('webhookId', () => ID, {
      nullable: true,
      description: 'Returns only deliveries of this webhook, by its global id. Defaults to all webhooks.',
    })
    webhookId: string | null | undefined,
    @Arg('statuses', () => [DeliveryStatusEnum], {
      nullable: true,
      description: 'Returns only deliveries with these statuses. Defaults to all. An empty list matches nothing.',
    })
    statuses: DeliveryStatus[] | null | undefined,
  ): Promise<Connection<WebhookDelivery>> {
    const filter: DeliveryFilter = {
      webhookId: webhookId == null ? null : requireUuid('Webhook', webhookId, 'webhookId'),
      statuses: statuses ?? null,
    };
    return connection(await webhooks.store.deliveries(caller, filter, pageRequest(args)), () =>
      webhooks.store.countDeliveries(caller, filter),
    );
  }
}
