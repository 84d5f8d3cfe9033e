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

/** How often a change is made again after another one came between. */
const ATTEMPTS_AT_CHANGE = 5;

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
  const notFound: Refusal = { code: 'NotFound', kind: 'Webhook', id };
  for (let attempt = 1; attempt <= ATTEMPTS_AT_CHANGE; attempt++) {
    const webhook = await webhooks.store.byId(caller, id);
    if (webhook === null) return refusedWebhook(notFound);
    const now = clock.now();
    let made: Change | Refusal | undefined;
    const sealed = sealOrRefuse(webhooks.secrets, id, () => {
      const secrets = openSecrets(webhooks.secrets, id, webhook.sealed);
      made = change(webhook, secrets, now);
      return 'code' in made ? secrets : made.secrets;
    });
    if (typeof sealed !== 'string') return refusedWebhook(sealed);
    if (made === undefined) throw new Error('Nothing was changed');
    if ('code' in made) return refusedWebhook(made);
    const { secrets, changes, showsSecret = false } = made;
    const changed = await webhooks.store.change(id, webhook.version, { ...changes, sealed }, caller.actor, use, now);
    if (changed === 'VERSION') continue;
    if (changed === null) return refusedWebhook(notFound);
    if (changed === 'KEY_REUSED') return refusedWebhook({ code: 'IdempotencyKeyReused', key: use?.key ?? '' });
    webhooks.wake();
    if (changed === 'REPEATED') return { webhook, secret: null, refusal: null };
    return { webhook: changed, secret: showsSecret ? newestSecret(secrets) : null, refusal: null };
  }
  throw new Error(`The webhook ${id} is being changed by others all the time`);
}
