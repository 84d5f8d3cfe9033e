import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * API keys, and the people that are known from their tokens.
 *
 * Not breaking: an older process authenticates nobody, and reads neither table.
 */
export class Accounts1764810000000 implements MigrationInterface {
  readonly name = 'Accounts1764810000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
    for (const [object, comment] of Object.entries(COMMENTS)) {
      await runner.query(`COMMENT ON ${object.includes('.') ? 'COLUMN' : 'TABLE'} ${object} IS '${comment}'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_keys, people');
  }
}

const STATEMENTS = [
  `CREATE TABLE api_keys (
     id           uuid           PRIMARY KEY,
     prefix       text           NOT NULL CONSTRAINT api_keys_prefix_key UNIQUE,
     secret_hash  text           NOT NULL,
     name         text           NOT NULL,
     scopes       text[]         NOT NULL,
     client_id    uuid           CONSTRAINT api_keys_client_id_fkey REFERENCES clients ON DELETE CASCADE,
     created_at   timestamptz(3) NOT NULL,
     created_by   jsonb          NOT NULL,
     expires_at   timestamptz(3),
     revoked_at   timestamptz(3),
     last_used_at timestamptz(3)
   )`,
  'CREATE INDEX api_keys_created_at_idx ON api_keys (created_at, id)',
  'CREATE INDEX api_keys_client_id_idx ON api_keys (client_id)',
  `CREATE TABLE people (
     id              uuid           PRIMARY KEY,
     subject         text           NOT NULL CONSTRAINT people_subject_key UNIQUE,
     name            text           NOT NULL,
     name_key        uuid           NOT NULL,
     email           text,
     role            text           NOT NULL CONSTRAINT people_role_check CHECK (role IN ('CLIENT', 'AGENT', 'ADMIN')),
     client_ids      uuid[],
     is_active       boolean        NOT NULL DEFAULT true,
     first_seen_at   timestamptz(3) NOT NULL,
     last_seen_at    timestamptz(3) NOT NULL,
     token_issued_at timestamptz(3) NOT NULL
   )`,
  'CREATE INDEX people_first_seen_at_idx ON people (first_seen_at, id)',
  'CREATE INDEX people_name_key_idx ON people (name_key)',
];

const COMMENTS: Readonly<Record<string, string>> = {
  api_keys: 'API keys of services',
  'api_keys.id': 'Primary key, a UUID version 7',
  'api_keys.prefix': 'Part of the key that identifies it, and that logs show',
  'api_keys.secret_hash': 'SHA-256 of the secret part of the key, in hexadecimal digits',
  'api_keys.name': 'Name of the key, for people',
  'api_keys.scopes': 'What the key allows',
  'api_keys.client_id': 'Client whose tickets the key is for; null for those of all clients',
  'api_keys.created_at': 'Time at which the key was created',
  'api_keys.created_by': 'Actor who created the key',
  'api_keys.expires_at': 'Time from which the key is refused; null if it does not expire',
  'api_keys.revoked_at': 'Time at which the key was revoked; null if it was not',
  'api_keys.last_used_at': 'Time of the last use, to the minute; null if the key was not used',
  people: 'People that are known from their tokens',
  'people.id': 'Primary key, a UUID version 7',
  'people.subject': 'Subject of the tokens, which identifies the person at the identity provider',
  'people.name': 'Name of the person',
  'people.name_key': 'Key by which the name is compared',
  'people.email': 'E-mail address of the person; null if the tokens have none',
  'people.role': 'Role that the newest token gives',
  'people.client_ids': 'Clients whose tickets the newest token allows; null for those of all clients',
  'people.is_active': 'Whether the person may use the service',
  'people.first_seen_at': 'Time at which the first token of the person was seen',
  'people.last_seen_at': 'Time at which a token of the person was seen last, to the hour',
  'people.token_issued_at': 'Time at which the newest token of the person was issued',
};
