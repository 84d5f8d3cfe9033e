import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The text of an API key: `sdk_`, 12 characters that identify it, `_`, and the secret. */
const KEY_TEXT = /^(sdk_[0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;
const SECRET_BYTES = 32;

export const isApiKeyText = (text: string): boolean => text.startsWith('sdk_');

/** The parts of the text of an API key; null if it is not complete. */
export function apiKeyParts(text: string): { readonly prefix: string; readonly secret: string } | null {
  const [, prefix, secret] = KEY_TEXT.exec(text) ?? [];
  return prefix === undefined || secret === undefined ? null : { prefix, secret };
}

export const newPrefix = (): string => `sdk_${randomBytes(6).toString('hex')}`;

export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/**
 * SHA-256, in hexadecimal digits. Without a salt and quick, because a secret is random and too long
 * to be guessed.
 */
export const sha256 = (text: string): string => hash('sha256', text);

/** Whether a secret has that hash. Takes the same time for every secret. */
export const hasHash = (secret: string, expected: string): boolean =>
  timingSafeEqual(Buffer.from(sha256(secret), 'hex'), Buffer.from(expected, 'hex'));
