import { Field, ObjectType } from 'type-graphql';
import type { Webhook, WebhookDelivery } from '../../../application/ports/webhooks';
import { answers, Payload } from '../base/mutation.payload';
import { WebhookType } from './webhook.type';
import { WebhookDeliveryType } from './webhook-delivery.type';

const SECRET =
  'The secret that signs the messages, which is shown only now. Null when the request was refused, and when a repeated request found the first result.';

@ObjectType('CreateWebhookPayload', answers('createWebhook'))
export class CreateWebhookPayload extends Payload {
  @Field(() => WebhookType, { nullable: true, description: 'The created webhook. Null when the request was refused.' })
  webhook!: Webhook | null;

  @Field(() => String, { nullable: true, description: SECRET })
  secret!: string | null;
}

@ObjectType('UpdateWebhookPayload', answers('updateWebhook'))
export class UpdateWebhookPayload extends Payload {
  @Field(() => WebhookType, { nullable: true, description: 'The changed webhook. Null when the request was refused.' })
  webhook!: Webhook | null;
}

@ObjectType('RotateWebhookSecretPayload', answers('rotateWebhookSecret'))
export class RotateWebhookSecretPayload extends Payload {
  @Field(() => WebhookType, { nullable: true, description: 'The webhook. Null when the request was refused.' })
  webhook!: Webhook | null;

  @Field(() => String, { nullable: true, description: SECRET })
  secret!: string | null;
}

@ObjectType('DeleteWebhookPayload', answers('deleteWebhook'))
export class DeleteWebhookPayload extends Payload {
  @Field(() => Boolean, { description: 'Whether the webhook is deleted.' })
  isDeleted!: boolean;
}

@ObjectType('TestWebhookPayload', answers('testWebhook'))
export class TestWebhookPayload extends Payload {
  @Field(() => WebhookDeliveryType, {
    nullable: true,
    description:
      'The delivery of the test, which is being sent. Read it again by `node` for the answer of the endpoint. Null when the request was refused.',
  })
  delivery!: WebhookDelivery | null;
}

@ObjectType('ReplayWebhookPayload', answers('replayWebhook'))
export class ReplayWebhookPayload extends Payload {
  @Field(() => WebhookType, { nullable: true, description: 'The webhook. Null when the request was refused.' })
  webhook!: Webhook | null;
}
