import { Ctx, Mutation, Resolver } from 'type-graphql';
import { rotateWebhookSecret, updateWebhook, type WebhookUpdate } from '../../../application/webhooks/change-webhook';
import { createWebhook } from '../../../application/webhooks/create-webhook';
import { deleteWebhook, replayWebhook, testWebhook } from '../../../application/webhooks/replay-webhook';
import { isBlank } from '../../../domain/text';
import type { Refusal } from '../../../domain/ticket/refusals';
import { requireUuid } from '../base/global-id';
import { type InputProblem, problemsOf } from '../base/input-rules';
import { ARGUMENT, Input, idempotencyOf, keyUseOf, type MutationInput } from '../base/mutation.input';
import { invalidInputs, type UserErrorValue, userErrorOf } from '../base/user-errors';
import type { RequestContext } from '../context';
import { requirePosition } from '../event/event-cursor.argument';
import {
  CreateWebhookInput,
  DeleteWebhookInput,
  overlapOf,
  ReplayWebhookInput,
  RotateWebhookSecretInput,
  TestWebhookInput,
  UpdateWebhookInput,
} from './webhook.input';
import {
  CreateWebhookPayload,
  DeleteWebhookPayload,
  ReplayWebhookPayload,
  RotateWebhookSecretPayload,
  TestWebhookPayload,
  UpdateWebhookPayload,
} from './webhook.payload';
import { problemsOfFilter, webhookFilterOf } from './webhook-filter.input';

const SHAPE = { argument: ARGUMENT, impacts: [] };
const errorsOf = (refusal: Refusal | null): readonly UserErrorValue[] =>
  refusal === null ? [] : [userErrorOf(refusal, SHAPE)];

/** The answer to an input that breaks a rule; null if it breaks none. */
function refusedInput(given: MutationInput, more: readonly InputProblem[] = []): readonly UserErrorValue[] | null {
  const problems = [...problemsOf(given), ...more];
  return problems.length === 0 ? null : invalidInputs(problems, ARGUMENT);
}

const withId = <T extends MutationInput>(given: T) => ({ clientMutationId: given.clientMutationId ?? null });

@Resolver()
export class WebhookMutationResolver {
  @Mutation(() => CreateWebhookPayload, {
    description:
      'Creates a webhook: an endpoint that gets the events from now on, of the clients that the caller may see. The payload has the secret that signs the messages, which cannot be read again.',
  })
  async createWebhook(
    @Input(() => CreateWebhookInput) given: CreateWebhookInput,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<CreateWebhookPayload> {
    const userErrors = refusedInput(given, problemsOfFilter(given.filter, ['filter']));
    if (userErrors !== null) return { webhook: null, secret: null, userErrors, ...withId(given) };
    const request = {
      url: given.url.trim(),
      description: given.description ?? null,
      format: given.format ?? 'STANDARD',
      filter: webhookFilterOf(given.filter),
      routingKey: given.routingKey?.trim() ?? null,
      reportsDisabledWebhooks: given.reportsDisabledWebhooks ?? false,
    };
    const { refusal, ...made } = await createWebhook(services, caller, request, idempotencyOf('createWebhook', given));
    return { ...made, userErrors: errorsOf(refusal), ...withId(given) };
  }

  @Mutation(() => UpdateWebhookPayload, {
    description: 'Changes a webhook, enables it or disables it. Its secrets are encrypted again with the newest key.',
  })
  async updateWebhook(
    @Input(() => UpdateWebhookInput) given: UpdateWebhookInput,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<UpdateWebhookPayload> {
    const userErrors = refusedInput(given, problemsOfFilter(given.filter, ['filter']));
    if (userErrors !== null) return { webhook: null, userErrors, ...withId(given) };
    const id = requireUuid('Webhook', given.webhookId, 'input.webhookId');
    const idempotency = idempotencyOf('updateWebhook', given);
    const { webhook, refusal } = await updateWebhook(services, caller, id, updateOf(given), idempotency);
    return { webhook, userErrors: errorsOf(refusal), ...withId(given) };
  }

  @Mutation(() => RotateWebhookSecretPayload, {
    description:
      'Gives a webhook a new secret. The present ones stay valid for a time: until then, messages are signed with all of them.',
  })
  async rotateWebhookSecret(
    @Input(() => RotateWebhookSecretInput) given: RotateWebhookSecretInput,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<RotateWebhookSecretPayload> {
    const userErrors = refusedInput(given);
    if (userErrors !== null) return { webhook: null, secret: null, userErrors, ...withId(given) };
    const id = requireUuid('Webhook', given.webhookId, 'input.webhookId');
    const idempotency = idempotencyOf('rotateWebhookSecret', given);
    const { refusal, ...made } = await rotateWebhookSecret(services, caller, id, overlapOf(given), idempotency);
    return { ...made, userErrors: errorsOf(refusal), ...withId(given) };
  }

  @Mutation(() => DeleteWebhookPayload, { description: 'Deletes a webhook with its deliveries.' })
  async deleteWebhook(
    @Input(() => DeleteWebhookInput) given: DeleteWebhookInput,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<DeleteWebhookPayload> {
    const userErrors = refusedInput(given);
    if (userErrors !== null) return { isDeleted: false, userErrors, ...withId(given) };
    const id = requireUuid('Webhook', given.webhookId, 'input.webhookId');
    const refusal = await deleteWebhook(services, caller, id, keyUseOf('deleteWebhook', given, caller));
    return { isDeleted: refusal === null, userErrors: errorsOf(refusal), ...withId(given) };
  }

  @Mutation(() => TestWebhookPayload, { description: 'Sends a test message to the endpoint of a webhook.' })
  async testWebhook(
    @Input(() => TestWebhookInput) given: TestWebhookInput,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<TestWebhookPayload> {
    const userErrors = refusedInput(given);
    if (userErrors !== null) return { delivery: null, userErrors, ...withId(given) };
    const id = requireUuid('Webhook', given.webhookId, 'input.webhookId');
    const { delivery, refusal } = await testWebhook(services, caller, id, keyUseOf('testWebhook', given, caller));
    return { delivery, userErrors: errorsOf(refusal), ...withId(given) };
  }

  @Mutation(() => ReplayWebhookPayload, {
    description:
      'Sends messages again, with the same `webhook-id` as before. What is pending stays pending, and messages of one ticket keep their order.',
  })
  async replayWebhook(
    @Input(() => ReplayWebhookInput) given: ReplayWebhookInput,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<ReplayWebhookPayload> {
    const userErrors = refusedInput(given);
    if (userErrors !== null) return { webhook: null, userErrors, ...withId(given) };
    const request = {
      webhookId: requireUuid('Webhook', given.webhookId, 'input.webhookId'),
      scope: given.scope ?? 'ALL',
      after: requirePosition(given.after),
      deliveryId:
        given.deliveryId == null ? null : requireUuid('WebhookDelivery', given.deliveryId, 'input.deliveryId'),
    };
    const use = keyUseOf('replayWebhook', given, caller);
    const { webhook, refusal } = await replayWebhook(services, caller, request, use);
    return { webhook, userErrors: errorsOf(refusal), ...withId(given) };
  }
}

function updateOf(given: UpdateWebhookInput): WebhookUpdate {
  const { url, description, filter, routingKey, reportsDisabledWebhooks, isEnabled, skipMissed } = given;
  return {
    ...(url == null ? {} : { url: url.trim() }),
    ...(description == null ? {} : { description: isBlank(description) ? null : description }),
    ...(filter == null ? {} : { filter: webhookFilterOf(filter) }),
    ...(routingKey == null ? {} : { routingKey: routingKey.trim() }),
    ...(reportsDisabledWebhooks == null ? {} : { reportsDisabledWebhooks }),
    ...(isEnabled == null ? {} : { isEnabled }),
    skipMissed: skipMissed ?? false,
  };
}
