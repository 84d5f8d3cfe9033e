import type { EpochMs } from '../../domain/instant';
import type { SecretBox } from '../ports/secret-box';
import { newSigningSecret } from './webhook-signature';

interface SigningSecret {
  readonly secret: string;
  /** From then on it signs no message; null for the newest. */
  readonly until: EpochMs | null;
}

/** What must not be readable in the database. */
export interface WebhookSecrets {
  /** The newest first. */
  readonly signing: readonly SigningSecret[];
  /** The address where that is a secret itself, as those of Slack are; otherwise null. */
  readonly url: string | null;
  /** The integration key of PagerDuty; null for other formats. */
  readonly routingKey: string | null;
}

/** The secrets that may be valid at once. */
export const MOST_SECRETS = 5;

export const newSecrets = (others: Pick<WebhookSecrets, 'url' | 'routingKey'>): WebhookSecrets => ({
  signing: [{ secret: newSigningSecret(), until: null }],
  ...others,
});

/**
 * Adds a new secret. The present ones stay valid until an instant, or until their own end if that
 * is earlier.
 */
export function withNewSecret(secrets: WebhookSecrets, now: EpochMs, until: EpochMs): WebhookSecrets {
  const previous = secrets.signing
    .map((one) => ({ ...one, until: one.until === null ? until : Math.min(one.until, until) }))
    .filter((one) => one.until > now);
  return { ...secrets, signing: [{ secret: newSigningSecret(), until: null }, ...previous].slice(0, MOST_SECRETS) };
}

/** The newest secret, which is shown once. */
export const newestSecret = ({ signing }: WebhookSecrets): string => signing[0]?.secret ?? '';

/** The secrets that sign a message at an instant. */
export const validSecrets = ({ signing }: WebhookSecrets, now: EpochMs): readonly string[] =>
  signing.filter(({ until }) => until === null || until > now).map(({ secret }) => secret);

export const sealSecrets = (box: SecretBox, webhookId: string, secrets: WebhookSecrets): string =>
  box.seal(JSON.stringify(secrets), ownerOf(webhookId));

/** @throws EncryptionKeyMissing, SealBroken */
export const openSecrets = (box: SecretBox, webhookId: string, sealed: string): WebhookSecrets =>
  JSON.parse(box.open(sealed, ownerOf(webhookId))) as WebhookSecrets;

const ownerOf = (webhookId: string): string => `webhook/${webhookId}`;
