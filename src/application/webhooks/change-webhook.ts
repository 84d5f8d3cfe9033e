import type { DurationMs, EpochMs } from '../../domain/instant';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Caller } from '../ports/caller';
import type { Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';
import type { SealedWebhook, WebhookChanges } from '../ports/webhooks';
import { refusedWebhook, type WebhookOutcome } from './create-webhook';
import type { WebhookFilter } from './webhook-filter';
import { addressParts, problemOfFormat, sealOrRefuse } from './webhook-rules';
import { newestSecret, openSecrets, type WebhookSecrets, withNewSecret } from './webhook-secrets';

/** What a request changes; a field that is absent stays as it is. */
export interface WebhookUpdate {
  readonly url?: string;
  readonly description?: string | null;
  readonly filter?: WebhookFilter;
  readonly routingKey?: string;
  readonly reportsDisabledWebhooks?: boolean;
  readonly isEnabled?: boolean;
  /** Of a webhook that is enabled again: leaves out the events since it was disabled. */
  readonly skipMissed: boolean;
}

type Deps = Pick<Services, 'webhooks' | 'clock' | 'log'>;

/** Changes the settings of a webhook. Its secrets are encrypted again, with the first key. */
export async function updateWebhook(
  deps: Deps,
  caller: Caller,
  webhookId: string,
  update: WebhookUpdate,
  idempotency: Idempotency | null,
): Promise<WebhookOutcome> {
  const { webhooks, log } = deps;
  const expected = update.url === undefined ? null : await webhooks.targets.problemOf(update.url);
  if (expected !== null) return refusedWebhook({ code: 'InvalidInput', field: 'url', expected });
  const position = update.skipMissed ? (await log.bounds()).newest : null;
  return changeSecrets(deps, caller, webhookId, idempotency, (webhook, secrets) => {
    const address = update.url === undefined ? null : addressParts(webhook.format, update.url);
    const changed: WebhookSecrets = {
      ...secrets,
      ...(address === null ? {} : { url: address.url }),
      ...(update.routingKey === undefined ? {} : { routingKey: update.routingKey }),
    };
    const problem = problemOfFormat(webhook.format, update.filter ?? webhook.filter, changed.routingKey);
    if (problem !== null) return problem;
    const { description, filter, reportsDisabledWebhooks, isEnabled } = update;
    const isDisabled = webhook.disabledReason !== null;
    return {
      secrets: changed,
      changes: {
        ...(address === null ? {} : { url: address.shown }),
        ...(description === undefined ? {} : { description }),
        ...(filter === undefined ? {} : { filter }),
        ...(reportsDisabledWebhooks === undefined ? {} : { reportsDisabledWebhooks }),
        ...(isEnabled === true && isDisabled
          ? { owner: caller.actor, ...(position === null ? {} : { position }) }
          : {}),
        ...(isEnabled === false && !isDisabled ? { isDisabled: true as const } : {}),
      },
    };
  });
}

/**
 * Gives a webhook a new signing secret. Its present ones stay valid for a time, so that receivers
 * can be changed one after the other.
 */
export const rotateWebhookSecret = (
  deps: Deps,
  caller: Caller,
  webhookId: string,
  keepMs: DurationMs,
  idempotency: Idempotency | null,
): Promise<WebhookOutcome> =>
  changeSecrets(deps, caller, webhookId, idempotency, (_webhook, secrets, now) => ({
    secrets: withNewSecret(secrets, now, now + keepMs),
    changes: {},
    showsSecret: true,
  }));

interface Change {
  readonly secrets: WebhookSecrets;
  readonly changes: WebhookChanges;
  readonly showsSecret?: boolean;
}

async function changeSecrets(
  { webhooks, clock }: Deps,
  caller: Caller,
  id: string,
  idempotency: Idempotency | null,
  change: (webhook: SealedWebhook, secrets: WebhookSecrets, now: EpochMs) => Change | Refusal,
): Promise<WebhookOutcome> {
  const use = idempotency === null ? null : { by: caller.actor, ...idempotency };
  const now = clock.now();
  let secret: string | null = null;
  const decide = (webhook: SealedWebhook): WebhookChanges | Refusal => {
    let changes: WebhookChanges = {};
    const sealed = sealOrRefuse(webhooks.secrets, id, () => {
      const made = change(webhook, openSecrets(webhooks.secrets, id, webhook.sealed), now);
      if ('code' in made) return made;
      changes = made.changes;
      secret = made.showsSecret === true ? newestSecret(made.secrets) : null;
      return made.secrets;
    });
    return typeof sealed === 'string' ? { ...changes, sealed } : sealed;
  };
  const changed = await webhooks.store.change(caller, id, decide, caller.actor, use, now);
  if (changed === null) return refusedWebhook({ code: 'NotFound', kind: 'Webhook', id });
  if (changed === 'KEY_REUSED') return refusedWebhook({ code: 'IdempotencyKeyReused', key: use?.key ?? '' });
  if ('code' in changed) return refusedWebhook(changed);
  webhooks.wake();
  return { webhook: changed.webhook, secret: changed.isRepeated ? null : secret, refusal: null };
}
