import { v7 as uuidv7 } from 'uuid';
import type { EpochMs } from '../../domain/instant';
import type { Refusal } from '../../domain/ticket/refusals';
import type { ApiKey } from '../ports/api-keys';
import type { Caller } from '../ports/caller';
import type { Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';
import { newPrefix, newSecret, sha256 } from './api-key-text';
import type { ApiScope } from './rights';

export interface ApiKeyRequest {
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  /** Null for the tickets of all clients. */
  readonly clientId: string | null;
  /** Null if the key does not expire. */
  readonly expiresAt: EpochMs | null;
}

export interface ApiKeyOutcome {
  readonly apiKey: ApiKey | null;
  /** The text of the key, which is known only now. Null if a repeated request found the key. */
  readonly secret: string | null;
  readonly refusal: Refusal | null;
}

const refused = (refusal: Refusal): ApiKeyOutcome => ({ apiKey: null, secret: null, refusal });

/**
 * Creates an API key. With an idempotency key, a repeated request finds the key that the first one
 * created, but not its secret, which is not stored.
 */
export async function createApiKey(
  { apiKeys, clock }: Pick<Services, 'apiKeys' | 'clock'>,
  caller: Pick<Caller, 'actor'>,
  request: ApiKeyRequest,
  idempotency: Idempotency | null,
): Promise<ApiKeyOutcome> {
  const now = clock.now();
  const { clientId, expiresAt } = request;
  if (expiresAt !== null && expiresAt <= now) {
    return refused({ code: 'InvalidInput', field: 'expiresAt', expected: 'takes a time in the future' });
  }
  const scopes = [...new Set(request.scopes)];
  if (clientId !== null && scopes.includes('ADMIN')) {
    return refused({
      code: 'InvalidInput',
      field: 'scopes',
      expected: 'takes ADMIN only for the tickets of all clients',
    });
  }
  const prefix = newPrefix();
  const secret = newSecret();
  const id = uuidv7();
  const key = {
    id,
    prefix,
    secretHash: sha256(secret),
    name: request.name,
    scopes,
    clientId,
    createdAt: now,
    createdBy: caller.actor,
    expiresAt,
    revokedAt: null,
    lastUsedAt: null,
  };
  const apiKey = await apiKeys.add(key, idempotency === null ? null : { by: caller.actor, ...idempotency });
  if (apiKey === 'NO_CLIENT') return refused({ code: 'NotFound', kind: 'Client', id: clientId ?? '' });
  if (apiKey === 'KEY_REUSED') return refused({ code: 'IdempotencyKeyReused', key: idempotency?.key ?? '' });
  return { apiKey, secret: apiKey.id === id ? `${prefix}_${secret}` : null, refusal: null };
}
