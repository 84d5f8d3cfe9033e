import type { EpochMs } from '../../domain/instant';
import { isAgentName } from '../agent-caller';
import { OWN_WORK } from '../ports/caller';
import type { Clock } from '../ports/clock';
import type { People, TokenPerson } from '../ports/people';
import type { VerifiedToken } from '../ports/tokens';
import type { CallerIdentity } from './caller-identity';
import { type ApiScope, Forbidden, ROLES, type Role, rightsOf, SCOPES } from './rights';

/** The number of clients that a token may name. */
const MOST_CLIENTS = 100;
/** How precisely the last time of a person is known. */
const SEEN_STEP_MS = 3_600_000;
/** The value that stands for all clients. */
const ALL_CLIENTS = '*';

export interface TokenReaderDeps {
  readonly people: People;
  readonly clock: Clock;
  /** The values of the claim of the role that give each role. */
  readonly roleNames: Readonly<Record<Role, readonly string[]>>;
  /** The id of the client of that name or id; null if there is none. */
  readonly clientIdOf: (nameOrId: string) => Promise<string | null>;
}

/** What a token means here. */
export interface ReadToken {
  readonly identity: CallerIdentity;
  /** Null if the token belongs to a program. */
  readonly person: TokenPerson | null;
}

/** Reads the role and the clients of a token, and keeps the people known. */
export class TokenReader {
  constructor(private readonly deps: TokenReaderDeps) {}

  /** @throws Forbidden if the token gives no role, or no client */
  async read(token: VerifiedToken): Promise<ReadToken> {
    const role = this.roleOf(token.roles);
    const clientIds = await this.clientsOf(token, role);
    const sees = clientIds ?? 'ALL';
    const { subject, expiresAt } = token;
    const name = nameOf(token);
    if (role === 'SERVICE') {
      // What an administrator may do concerns all clients.
      const scopes = scopesOf(token.scopes).filter((scope) => scope !== 'ADMIN' || sees === 'ALL');
      const caller = { actor: { kind: 'SERVICE', id: subject, name }, sees, rights: { role, scopes } } as const;
      return { identity: { caller, expiresAt, credential: subject }, person: null };
    }
    const person: TokenPerson = { subject, name, email: token.email, role, clientIds, tokenIssuedAt: token.issuedAt };
    await this.learn(person);
    const actor = { kind: role === 'CLIENT' ? 'CLIENT' : 'AGENT', id: subject, name } as const;
    return { identity: { caller: { actor, sees, rights: rightsOf(role) }, expiresAt, credential: subject }, person };
  }

  /** The strongest role that the values give. */
  private roleOf(values: readonly string[]): Role {
    const role = ROLES.toReversed().find((one) => this.deps.roleNames[one].some((name) => values.includes(name)));
    if (role !== undefined) return role;
    throw new Forbidden('The token gives no role of this service. An administrator of the identity provider sets it.');
  }

  /** The ids of the clients that the token allows; null for all. */
  private async clientsOf({ clients }: VerifiedToken, role: Role): Promise<readonly string[] | null> {
    if (role === 'ADMIN') return null;
    if (clients?.includes(ALL_CLIENTS) && role !== 'CLIENT') return null;
    const named = (clients ?? []).filter((one) => one !== ALL_CLIENTS);
    if (named.length > MOST_CLIENTS) throw new Forbidden(`The token names more than ${MOST_CLIENTS} clients.`);
    const ids = await Promise.all(named.map(this.deps.clientIdOf));
    const known = [...new Set(ids.filter((id) => id !== null))].sort();
    if (known.length > 0) return known;
    throw new Forbidden(
      role === 'CLIENT'
        ? 'The token names no client of this service. An administrator of the identity provider sets it.'
        : 'The token names no client of this service. An administrator of the identity provider sets it; `*` stands for all clients.',
    );
  }

  /** Stores the person unless all of it is known. */
  private async learn(person: TokenPerson): Promise<void> {
    const now = this.deps.clock.now();
    const known = await this.deps.people.bySubject(OWN_WORK, person.subject);
    const isKnown =
      known !== null && known.lastSeenAt > now - SEEN_STEP_MS && known.tokenIssuedAt >= person.tokenIssuedAt;
    if (!isKnown) await this.deps.people.learn(person, hourOf(now));
  }
}

const hourOf = (at: EpochMs): EpochMs => at - (at % SEEN_STEP_MS);

/** The name that events record: the name of the token, or what else can be read. */
function nameOf({ name, email, subject }: VerifiedToken): string {
  for (const candidate of [name, email]) if (candidate !== null && isAgentName(candidate)) return candidate;
  return subject;
}

const scopesOf = (values: readonly string[]): readonly ApiScope[] =>
  SCOPES.filter((scope) => values.some((value) => value.toUpperCase().replace(/^STEPDOWN:/, '') === scope));
