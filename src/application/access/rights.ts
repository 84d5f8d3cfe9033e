/**
 * What a caller is. CLIENT is a person of a client, AGENT a person of the support organisation,
 * SERVICE a program with an API key, ADMIN an administrator.
 */
export const ROLES = ['CLIENT', 'AGENT', 'SERVICE', 'ADMIN'] as const;
export type Role = (typeof ROLES)[number];

/** What an API key allows. A key with ADMIN is allowed everything. */
export const SCOPES = ['READ', 'WRITE', 'SUBSCRIBE', 'WEBHOOKS', 'IMPORT', 'ADMIN'] as const;
export type ApiScope = (typeof SCOPES)[number];

/** The roles of people. */
export type PersonRole = Exclude<Role, 'SERVICE'>;

export interface Rights {
  readonly role: Role;
  /** Only a service has scopes. */
  readonly scopes: readonly ApiScope[];
}

const OF_PEOPLE: Readonly<Record<PersonRole, Rights>> = {
  CLIENT: { role: 'CLIENT', scopes: [] },
  AGENT: { role: 'AGENT', scopes: [] },
  ADMIN: { role: 'ADMIN', scopes: [] },
};

/** The rights of a person. */
export const rightsOf = (role: PersonRole): Rights => OF_PEOPLE[role];

/** The rights of the service itself, of commands, and of the local operator. */
export const ALL_RIGHTS: Rights = OF_PEOPLE.ADMIN;

/** A caller asks for what its role or its scopes do not allow. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden';
}
