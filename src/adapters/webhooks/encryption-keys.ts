import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { EncryptionKeyMissing, SealBroken, type SecretBox } from '../../application/ports/secret-box';

/** A key of AES-256 with its name. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: Buffer;
}

const KEY_BYTES = 32;
const IV_BYTES = 12;
const FORM = 'v1';

/**
 * Parses a key such as `2026a:` with 32 bytes in base64 after it, as `openssl rand -base64 32`
 * prints them. Null for any other text.
 */
export function parseEncryptionKey(text: string): EncryptionKey | null {
  const [, id = '', encoded = ''] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]{42,44}={0,2})$/.exec(text) ?? [];
  const key = Buffer.from(encoded, 'base64');
  return id !== '' && key.length === KEY_BYTES ? { id, key } : null;
}

/**
 * Encrypts with AES-256-GCM. The first key encrypts, and all of them decrypt, so that a key can be
 * replaced by another while both are known.
 */
export function secretBoxOf(keys: readonly EncryptionKey[]): SecretBox {
  return {
    seal: (text, owner) => {
      const [first] = keys;
      if (first === undefined) throw new EncryptionKeyMissing(null);
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', first.key, iv);
      cipher.setAAD(Buffer.from(owner, 'utf8'));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      const parts = [iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'));
      return [FORM, first.id, ...parts].join('.');
    },
    open: (sealed, owner) => {
      const [form, id = '', ...parts] = sealed.split('.');
      const [iv, tag, text] = parts.map((part) => Buffer.from(part, 'base64url'));
      if (form !== FORM || iv === undefined || tag === undefined || text === undefined) throw new SealBroken(id);
      const found = keys.find((one) => one.id === id);
      if (found === undefined) throw new EncryptionKeyMissing(keys.length === 0 ? null : id);
      try {
        const decipher = createDecipheriv('aes-256-gcm', found.key, iv, { authTagLength: 16 });
        decipher.setAAD(Buffer.from(owner, 'utf8'));
        decipher.setAuthTag(tag);
        return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
      } catch {
        throw new SealBroken(id);
      }
    },
  };
}
