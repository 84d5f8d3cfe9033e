import { createApiKey } from '../../../application/access/create-api-key';
import { type ApiScope, SCOPES } from '../../../application/access/rights';
import { OperatorError } from '../../../application/operator-error';
import type { ApiKey, ApiKeys } from '../../../application/ports/api-keys';
import { type Caller, OWN_WORK } from '../../../application/ports/caller';
import type { Clock } from '../../../application/ports/clock';
import { DAY_MS, type EpochMs, toIso } from '../../../domain/instant';
import { nearestTo } from '../../../domain/nearest';
import { parseRfc3339 } from '../../../domain/rfc3339';
import { explainRefusal } from '../../../domain/ticket/refusals';
import { follows, NAME } from '../../../domain/value-rules';
import { writeJson } from '../json-output';
import { type LineOutput, writeLines } from '../line-output';

export interface KeyOptions {
  readonly name: string;
  /** Separated by commas. */
  readonly scopes: string;
  /** The name of a client; null for all. */
  readonly client: string | null;
  /** `90d`, or an instant; null for no end. */
  readonly expires: string | null;
}

/** What the options of `stepdown key create` mean. @throws OperatorError */
export function keyRequest({ name, scopes, expires }: KeyOptions): {
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly expiresAt: (now: EpochMs) => EpochMs | null;
} {
  if (!follows(NAME, name)) throw new OperatorError(`--name takes 1 to ${NAME.max} characters.`);
  return { name: name.trim(), scopes: scopes.split(',').map(scopeNamed), expiresAt: expiryOf(expires) };
}

function scopeNamed(text: string): ApiScope {
  const name = text.trim().toUpperCase();
  const scope = SCOPES.find((one) => one === name);
  if (scope !== undefined) return scope;
  const nearest = nearestTo(name, SCOPES, 3);
  const known = SCOPES.map((one) => one.toLowerCase()).join(', ');
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest.toLowerCase()}?`;
  throw new OperatorError(`--scopes takes a list of ${known}; "${text.trim()}" is none of them.${hint}`);
}

function expiryOf(text: string | null): (now: EpochMs) => EpochMs | null {
  if (text === null) return () => null;
  const [, days] = /^([1-9]\d{0,4})d$/.exec(text) ?? [];
  if (days !== undefined) return (now) => now + Number(days) * DAY_MS;
  const at = parseRfc3339(text);
  if (at === undefined) {
    throw new OperatorError(
      '--expires takes a number of days, such as 90d, or an instant, such as 2027-01-31T00:00:00Z.',
    );
  }
  return () => at;
}

/** `stepdown key create`: the key is the last line, so that a script can read it. */
export async function createKey(
  services: { readonly apiKeys: ApiKeys; readonly clock: Clock },
  caller: Pick<Caller, 'actor'>,
  request: ReturnType<typeof keyRequest>,
  client: { readonly id: string; readonly name: string } | null,
  output: LineOutput,
): Promise<void> {
  const { name, scopes } = request;
  const expiresAt = request.expiresAt(services.clock.now());
  const outcome = await createApiKey(services, caller, { name, scopes, clientId: client?.id ?? null, expiresAt }, null);
  if (outcome.refusal !== null) throw new OperatorError(explainRefusal(outcome.refusal));
  if (outcome.apiKey === null || outcome.secret === null) throw new Error('A new key has a secret');
  writeLines(output, [
    `${outcome.apiKey.prefix} "${name}" ${what(outcome.apiKey)}, for ${client === null ? 'all clients' : client.name}.`,
    'The key is shown only now; keep it where secrets are kept:',
    outcome.secret,
  ]);
}

/** `stepdown key list`. @param asJson whether to print one JSON document */
export async function listKeys(
  { apiKeys, clock }: { readonly apiKeys: ApiKeys; readonly clock: Clock },
  output: LineOutput,
  clientName: (id: string) => Promise<string>,
  asJson = false,
): Promise<void> {
  const keys: object[] = [];
  let after: string | null = null;
  do {
    const page = await apiKeys.page(OWN_WORK, { count: 100, from: 'START', after, before: null });
    for (const { node } of page.edges) {
      const client = node.clientId === null ? null : await clientName(node.clientId);
      keys.push(keyJson(node, client));
      if (!asJson) writeLines(output, [keyLine(node, client, clock.now())]);
    }
    after = page.hasNextPage ? (page.edges.at(-1)?.cursor ?? null) : null;
  } while (after !== null);
  if (asJson) return writeJson(output, { apiKeys: keys });
  if (keys.length > 0) return;
  writeLines(output, ['There are no API keys. `npm run stepdown -- key create --help` says how to create one.']);
}

function keyLine(key: ApiKey, client: string | null, now: EpochMs): string {
  const used = key.lastUsedAt === null ? 'never used' : `used ${toIso(key.lastUsedAt)}`;
  const scopes = key.scopes.join(',').toLowerCase();
  return `${key.prefix}  ${stateOf(key, now)}  ${scopes}  ${client ?? 'all clients'}  ${used}  ${key.name}`;
}

const keyJson = ({ prefix, name, scopes, expiresAt, revokedAt, lastUsedAt }: ApiKey, client: string | null) => ({
  prefix,
  name,
  scopes,
  /** Null for all clients. */
  client,
  expiresAt: expiresAt === null ? null : toIso(expiresAt),
  revokedAt: revokedAt === null ? null : toIso(revokedAt),
  lastUsedAt: lastUsedAt === null ? null : toIso(lastUsedAt),
});

/** `stepdown key revoke`. A key that is already revoked stays as it is. */
export async function revokeKey(
  { apiKeys, clock }: { readonly apiKeys: ApiKeys; readonly clock: Clock },
  { actor }: Pick<Caller, 'actor'>,
  prefix: string,
  output: LineOutput,
): Promise<void> {
  // The whole key is accepted too: a person who wants to revoke it may have just that.
  const key = await apiKeys.byPrefix(OWN_WORK, prefix.split('_').slice(0, 2).join('_'));
  if (key === null) {
    throw new OperatorError('There is no API key with this prefix; `npm run stepdown -- key list` shows all.');
  }
  const revoked = await apiKeys.revoke(key.id, clock.now(), actor, null);
  const at = revoked === null || revoked === 'KEY_REUSED' ? null : revoked.revokedAt;
  writeLines(output, [`${key.prefix} "${key.name}" was revoked ${toIso(at ?? clock.now())}.`]);
}

const what = ({ scopes, expiresAt }: ApiKey): string =>
  `allows ${scopes.join(', ').toLowerCase()}${expiresAt === null ? '' : ` until ${toIso(expiresAt)}`}`;

function stateOf({ revokedAt, expiresAt }: ApiKey, now: EpochMs): string {
  if (revokedAt !== null) return `revoked ${toIso(revokedAt)}`;
  if (expiresAt === null) return 'valid';
  return expiresAt <= now ? `expired ${toIso(expiresAt)}` : `valid until ${toIso(expiresAt)}`;
}
