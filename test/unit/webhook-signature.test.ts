import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { secretBoxOf } from '../../src/adapters/webhooks/encryption-keys';
import {
  MOST_SECRETS,
  newestSecret,
  newSecrets,
  openSecrets,
  sealSecrets,
  validSecrets,
  withNewSecret,
} from '../../src/application/webhooks/webhook-secrets';
import { newSigningSecret, signedHeaders } from '../../src/application/webhooks/webhook-signature';

const keyOf = (id: string) => ({ id, key: randomBytes(32) });

describe('a signature', () => {
  it('is accepted by the library of Standard Webhooks with each secret, and with no other', () => {
    const secrets = [newSigningSecret(), newSigningSecret()];
    const body = JSON.stringify({ type: 'ticket.submitted', name: 'Zoë' });
    const headers = { ...signedHeaders('id-1', Date.now(), body, secrets) };
    for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(newSigningSecret()).verify(body, headers)).toThrow('No matching signature');
    const other = { ...headers, 'webhook-id': 'id-2' };
    expect(() => new Webhook(secrets[0] as string).verify(body, other)).toThrow('No matching signature');
  });

  it('is refused by the library when it is old', () => {
    const secret = newSigningSecret();
    const headers = { ...signedHeaders('id', Date.now() - 600_000, '{}', [secret]) };
    expect(() => new Webhook(secret).verify('{}', headers)).toThrow('timestamp too old');
  });
});

describe('the secrets of a webhook', () => {
  const none = { url: null, routingKey: null };

  it('are several after a rotation, until the older ones end', () => {
    const first = newSecrets(none);
    const second = withNewSecret(first, 1_000, 5_000);
    expect(validSecrets(second, 4_999)).toEqual([newestSecret(second), newestSecret(first)]);
    expect(validSecrets(second, 5_000)).toEqual([newestSecret(second)]);
  });

  it('do not live longer by a later rotation, and are bounded', () => {
    const first = newSecrets(none);
    let secrets = withNewSecret(first, 0, 10);
    secrets = withNewSecret(secrets, 5, 1_000);
    expect(validSecrets(secrets, 10)).not.toContain(newestSecret(first));
    for (let turn = 0; turn < 10; turn++) secrets = withNewSecret(secrets, 11, 1_000);
    expect(validSecrets(secrets, 12)).toHaveLength(MOST_SECRETS);
  });
});

describe('what is encrypted', () => {
  const secrets = newSecrets({ url: 'https://hooks.slack.com/x', routingKey: 'R' });

  it('is read with the key that encrypted it, also when another key comes first', () => {
    const [old, fresh] = [keyOf('2026a'), keyOf('2027a')];
    const sealed = sealSecrets(secretBoxOf([old]), 'w1', secrets);
    expect(sealed).not.toContain('whsec');
    expect(openSecrets(secretBoxOf([fresh, old]), 'w1', sealed)).toEqual(secrets);
    expect(sealSecrets(secretBoxOf([fresh, old]), 'w1', secrets)).toMatch(/^v1\.2027a\./);
    expect(sealSecrets(secretBoxOf([old]), 'w1', secrets)).not.toBe(sealed);
  });

  it('is not read for another webhook, with another key, or when it was changed', () => {
    const key = keyOf('a');
    const box = secretBoxOf([key]);
    const sealed = sealSecrets(box, 'w1', secrets);
    expect(() => openSecrets(box, 'w2', sealed)).toThrow('A secret cannot be decrypted: the key a');
    expect(() => openSecrets(secretBoxOf([keyOf('a')]), 'w1', sealed)).toThrow('is not the one with which');
    const changed = `${sealed.slice(0, -2)}${sealed.endsWith('A') ? 'B' : 'A'}${sealed.slice(-1)}`;
    expect(() => openSecrets(box, 'w1', changed)).toThrow('cannot be decrypted');
    const [form, id, iv, tag = '', text] = sealed.split('.');
    expect(() => openSecrets(box, 'w1', [form, id, iv, tag.slice(0, 6), text].join('.'))).toThrow(
      'cannot be decrypted',
    );
  });

  it('says what to set when the key is missing', () => {
    const sealed = sealSecrets(secretBoxOf([keyOf('a')]), 'w1', secrets);
    expect(() => openSecrets(secretBoxOf([keyOf('b')]), 'w1', sealed)).toThrow(
      'STEPDOWN_ENCRYPTION_KEYS has no key a, with which a secret is encrypted: add it after the others.',
    );
    expect(() => secretBoxOf([]).seal('x', 'y')).toThrow('set STEPDOWN_ENCRYPTION_KEYS, such as 2026a:KEY');
  });
});
