import { Ctx, Field, FieldResolver, ID, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { eventCursorOf } from '../../../application/events/event-cursor';
import type { Client } from '../../../application/ports/clients';
import type { Webhook, WebhookDisabledReason, WebhookFormat } from '../../../application/ports/webhooks';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { ActorType } from '../base/actor.type';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar, EventCursorScalar } from '../base/scalars';
import { ClientType } from '../client/client.type';
import type { RequestContext } from '../context';
import { WebhookDisabledReasonEnum, WebhookFormatEnum } from './webhook-enums';
import { shownFilter, WebhookFilterType } from './webhook-filter.type';

@ObjectType('Webhook', {
  implements: NodeType,
  description: 'An endpoint that gets events as HTTP requests. Its secrets cannot be read.',
  simpleResolvers: true,
})
export class WebhookType extends NodeType {
  @Field(() => String, {
    description: 'The address of the endpoint. For the format `SLACK`, whose addresses are secrets, only its origin.',
  })
  url!: string;

  @Field(() => String, { nullable: true, description: 'What the webhook is for.' })
  description!: string | null;

  @Field(() => WebhookFormatEnum, { description: 'The body that the endpoint gets.' })
  format!: WebhookFormat;

  @Field(() => Boolean, {
    description: 'Whether the endpoint also gets a message when another webhook of the same owner is disabled.',
  })
  reportsDisabledWebhooks!: boolean;

  @Field(() => WebhookDisabledReasonEnum, {
    nullable: true,
    description: 'Why the webhook is disabled. Null while it is enabled.',
  })
  disabledReason!: WebhookDisabledReason | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, when the webhook was disabled. Null while it is enabled.',
  })
  disabledAt!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, since when every attempt has failed. Null when the last one succeeded. After five days, the webhook is disabled.',
  })
  failingSince!: EpochMs | null;

  @Field(() => Int, { description: 'The version of the body.' })
  payloadVersion!: number;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the webhook was created.' })
  createdAt!: EpochMs;

  @Field(() => ActorType, { description: 'The actor who created the webhook.' })
  createdBy!: Actor;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when its settings were changed last.' })
  updatedAt!: EpochMs;

  @Field(() => ActorType, {
    description:
      'The actor on whose rights the webhook depends: who created it, or enabled it last. It is disabled when this actor may not use webhooks any more.',
  })
  owner!: Actor;
}

@Resolver(() => WebhookType)
export class WebhookResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() { id }: Webhook): string {
    return toGlobalId('Webhook', id);
  }

  @FieldResolver(() => Boolean, { description: 'Whether the endpoint gets events.' })
  isEnabled(@Root() { disabledReason }: Webhook): boolean {
    return disabledReason === null;
  }

  @FieldResolver(() => WebhookFilterType, { description: 'The events that the endpoint gets.' })
  filter(@Root() { filter }: Webhook): WebhookFilterType {
    return shownFilter(filter);
  }

  @FieldResolver(() => [ClientType], {
    nullable: true,
    description:
      'The clients whose events the endpoint may get: those that the creator could see. Null for those of all clients.',
  })
  async clients(@Root() { clientIds }: Webhook, @Ctx() context: RequestContext): Promise<readonly Client[] | null> {
    if (clientIds === null) return null;
    return (await Promise.all(clientIds.map((id) => context.client(id)))).filter((client) => client !== null);
  }

  @FieldResolver(() => EventCursorScalar, {
    description: 'The cursor of the last event that was compared with the filter.',
  })
  cursor(@Root() { position }: Webhook): string {
    return eventCursorOf(position);
  }
}
