import { v7 as uuidv7 } from 'uuid';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Caller } from '../ports/caller';
import type { Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';
import type { Webhook, WebhookFormat } from '../ports/webhooks';
import type { WebhookFilter } from './webhook-filter';
import { PAYLOAD_VERSION } from './webhook-payload';
import { addressParts, problemOfFormat, sealOrRefuse } from './webhook-rules';
import { newestSecret, newSecrets } from './webhook-secrets';

export interface NewWebhook {
  readonly url: string;
  readonly description: string | null;
  readonly format: WebhookFormat;
  readonly filter: WebhookFilter;
  readonly routingKey: string | null;
  readonly reportsDisabledWebhooks: boolean;
}

export interface WebhookOutcome {
  readonly webhook: Webhook | null;
  /** The signing secret, which is known only now. Null if no new one was made. */
  readonly secret: string | null;
  readonly refusal: Refusal | null;
}

export const refusedWebhook = (refusal: Refusal): WebhookOutcome => ({ webhook: null, secret: null, refusal });

/**
 * Creates a webhook for the events from now on, of the clients that the caller sees. With an
 * idempotency key, a repeated request finds the webhook, but not its secret.
 */
export async function createWebhook(
  { webhooks, clock, log }: Pick<Services, 'webhooks' | 'clock' | 'log'>,
  { actor, sees }: Pick<Caller, 'actor' | 'sees'>,
  request: NewWebhook,
  idempotency: Idempotency | null,
): Promise<WebhookOutcome> {
  const { format, filter, routingKey, description, reportsDisabledWebhooks } = request;
  const problem = problemOfFormat(format, filter, routingKey);
  if (problem !== null) return refusedWebhook(problem);
  const expected = await webhooks.targets.problemOf(request.url);
  if (expected !== null) return refusedWebhook({ code: 'InvalidInput', field: 'url', expected });
  const id = uuidv7();
  const { shown, url } = addressParts(format, request.url);
  const secrets = newSecrets({ url, routingKey });
  const sealed = sealOrRefuse(webhooks.secrets, id, () => secrets);
  if (typeof sealed !== 'string') return refusedWebhook(sealed);
  const [{ newest }, now] = [await log.bounds(), clock.now()];
  const added = await webhooks.store.add(
    {
      id,
      url: shown,
      description,
      format,
      filter,
      clientIds: sees === 'ALL' ? null : sees,
      reportsDisabledWebhooks,
      disabledReason: null,
      disabledAt: null,
      failingSince: null,
      position: newest,
      payloadVersion: PAYLOAD_VERSION,
      version: 1,
      createdAt: now,
      createdBy: actor,
      updatedAt: now,
      owner: actor,
      sealed,
    },
    idempotency === null ? null : { by: actor, ...idempotency },
  );
  if (added === 'KEY_REUSED') return refusedWebhook({ code: 'IdempotencyKeyReused', key: idempotency?.key ?? '' });
  if ('code' in added) return refusedWebhook(added);
  webhooks.wake();
  return { webhook: added, secret: added.id === id ? newestSecret(secrets) : null, refusal: null };
}
