/** Encrypts what the service must keep and be able to read: the secrets of webhooks. */
export interface SecretBox {
  /**
   * Encrypts a text.
   *
   * @param owner what it belongs to; a sealed text cannot be opened for another owner
   * @throws EncryptionKeyMissing
   */
  seal(text: string, owner: string): string;
  /** @throws EncryptionKeyMissing, SealBroken */
  open(sealed: string, owner: string): string;
}

/** No key is configured, or not the one with which a text was encrypted. */
export class EncryptionKeyMissing extends Error {
  override readonly name = 'EncryptionKeyMissing';
  /** @param keyId the id of the key that is missing; null if there is no key at all */
  constructor(keyId: string | null) {
    super(
      keyId === null
        ? 'The service has no key to encrypt secrets with: set STEPDOWN_ENCRYPTION_KEYS, such as 2026a:KEY, with a KEY that openssl rand -base64 32 prints.'
        : `STEPDOWN_ENCRYPTION_KEYS has no key ${keyId}, with which a secret is encrypted: add it after the others.`,
    );
  }
}

/** A text was encrypted with another key of the same id, for another owner, or is damaged. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
  constructor(keyId: string) {
    super(
      `A secret cannot be decrypted: the key ${keyId} in STEPDOWN_ENCRYPTION_KEYS is not the one with which it was encrypted, or the stored secret was changed.`,
    );
  }
}
