import type { Logger } from 'pino';
import { fromGlobalId } from '../adapters/graphql/base/global-id';
import { DEFAULT_ROLE_NAMES } from '../adapters/identity/oidc-settings';
import { createApiKeys } from '../adapters/persistence/access/postgres-api-keys';
import { createAuditLog } from '../adapters/persistence/access/postgres-audit-log';
import { createPeople } from '../adapters/persistence/access/postgres-people';
import { poolOf } from '../adapters/persistence/database/data-source';
import { Authentication } from '../application/access/authentication';
import { FailedSignIns } from '../application/access/failed-sign-ins';
import { Sessions } from '../application/access/sessions';
import { SignIns } from '../application/access/sign-ins';
import type { ApiKeys } from '../application/ports/api-keys';
import type { AuditLog } from '../application/ports/audit-log';
import { SYSTEM_CALLER } from '../application/ports/caller';
import type { People } from '../application/ports/people';
import type { TicketReader } from '../application/ports/ticket-reader';
import type { Config } from '../config';
import { isUuid } from '../domain/text';
import type { Store } from './open-store';

/** What finds out who sends requests. */
export interface Access {
  readonly apiKeys: ApiKeys;
  readonly people: People;
  readonly authentication: Authentication;
  readonly sessions: Sessions;
  readonly audit: AuditLog;
  readonly signIns: SignIns;
  readonly failedSignIns: FailedSignIns;
}

export async function openAccess(
  { oidc, failedSignInsPerMinute }: Config,
  { dataSource, clock, clients }: Store,
  reader: TicketReader,
  logger: Logger,
): Promise<Access> {
  const apiKeys = createApiKeys(dataSource);
  const people = createPeople(dataSource);
  const authentication = new Authentication({
    keys: apiKeys,
    people,
    clock,
    // Loaded only where tokens are accepted.
    tokens:
      oidc === null ? null : (await import('../adapters/identity/token-verifier.js')).createTokenVerifier(oidc, clock),
    roleNames: oidc?.roleNames ?? DEFAULT_ROLE_NAMES,
    toleranceMs: oidc?.toleranceMs ?? 0,
    clientIdOf: async (nameOrId) => {
      const global = fromGlobalId(nameOrId);
      const id = global?.type === 'Client' ? global.key : nameOrId;
      const client = isUuid(id) ? await reader.clientById(SYSTEM_CALLER, id) : await clients.clientNamed(nameOrId);
      return client?.id ?? null;
    },
    onError: (error) => logger.debug({ err: error }, 'the use of an API key could not be noted'),
  });
  const audit = createAuditLog(poolOf(dataSource));
  const signIns = new SignIns({
    audit,
    clock,
    onError: (error) => logger.warn({ err: error }, 'an entry of the audit log could not be written'),
  });
  const failedSignIns = new FailedSignIns(failedSignInsPerMinute, (address) =>
    logger.warn(
      { address, failedSignInsPerMinute },
      'too many sign-ins of an address have failed: until the minute is over, its credentials are refused unless they are known to be valid',
    ),
  );
  const sessions = new Sessions(authentication, clock);
  return { apiKeys, people, authentication, sessions, audit, signIns, failedSignIns };
}
