import { createHmac, randomBytes } from 'node:crypto';
import type { EpochMs } from '../../domain/instant';

/** What a secret begins with, so that people and scanners recognise it. */
const PREFIX = 'whsec_';
/** The specification asks for 24 to 64. */
const SECRET_BYTES = 32;

/** A new secret of an endpoint: 32 random bytes in base64. */
export const newSigningSecret = (): string => `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;

/** The headers by which a receiver checks a message and recognises a repetition of it. */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * Signs a message as Standard Webhooks 1.0 defines it.
 *
 * @param id the same for every attempt
 * @param secrets the signature has a part for each
 */
export function signedHeaders(id: string, at: EpochMs, body: string, secrets: readonly string[]): SignatureHeaders {
  const seconds = String(Math.floor(at / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures.join(' ') };
}
