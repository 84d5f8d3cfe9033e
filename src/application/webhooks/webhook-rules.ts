import type { Refusal } from '../../domain/ticket/refusals';
import { EncryptionKeyMissing, SealBroken, type SecretBox } from '../ports/secret-box';
import type { WebhookFormat } from '../ports/webhooks';
import type { WebhookFilter } from './webhook-filter';
import { sealSecrets, type WebhookSecrets } from './webhook-secrets';

const invalid = (field: string, expected: string): Refusal => ({ code: 'InvalidInput', field, expected });

/** The fields of a filter that decide by the ticket and not by the event. */
const OF_TICKETS: ReadonlySet<string> = new Set<keyof WebhookFilter>(['ticket', 'client', 'severity']);

/** Why the settings do not fit the format of a webhook; null if they do. */
export function problemOfFormat(
  format: WebhookFormat,
  filter: WebhookFilter,
  routingKey: string | null,
): Refusal | null {
  if (format !== 'PAGERDUTY') {
    return routingKey === null ? null : invalid('routingKey', 'is only for the format PAGERDUTY');
  }
  if (routingKey === null) return invalid('routingKey', 'takes the integration key of PagerDuty');
  const [other] = Object.keys(filter).filter((field) => !OF_TICKETS.has(field));
  // An event that is left out could be the one that resolves the incident.
  return other === undefined
    ? null
    : invalid('filter', 'takes only ticket, client and severity for the format PAGERDUTY');
}

/** The path of an address of Slack is a secret. */
export const hasSecretPath = (format: WebhookFormat): boolean => format === 'SLACK';

/** The address in its normal form, as it is shown and stored, and what of it is a secret. */
export function addressParts(format: WebhookFormat, given: string): Pick<WebhookSecrets, 'url'> & { shown: string } {
  const { href, origin } = new URL(given);
  return hasSecretPath(format) ? { shown: `${origin}/…`, url: href } : { shown: href, url: null };
}

/** Encrypts the secrets, or says why that cannot be done, or why there are none. */
export function sealOrRefuse(
  box: SecretBox,
  webhookId: string,
  make: () => WebhookSecrets | Refusal,
): string | Refusal {
  try {
    const secrets = make();
    return 'code' in secrets ? secrets : sealSecrets(box, webhookId, secrets);
  } catch (error) {
    if (!(error instanceof EncryptionKeyMissing) && !(error instanceof SealBroken)) throw error;
    return { code: 'EncryptionKeyMissing', detail: error.message };
  }
}
