import type { DataSource } from 'typeorm';
import { v7 as newId } from 'uuid';
import { type Reading, seeingAll } from '../../../application/ports/caller';
import type { KnownPerson, People, PeopleFilter } from '../../../application/ports/people';
import { seesPerson } from '../../../application/visibility';
import { folded } from '../../../domain/folded-text';
import { isUuid } from '../../../domain/text';
import { batched } from '../database/batched';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { lanesOf } from '../database/lanes';
import { instantText, type Queryable, readRows, retryRead, sendStatement } from '../database/sql';
import { transact } from '../database/transact';
import { compare, every, Parameters, startsWith } from '../lists/conditions';
import { cursorOf, type Ordering, type Placed, pageOf, pageStatement } from '../lists/page';
import { comparisonKey } from '../search/comparison-key';
import { type PersonRow, people } from '../tables';
import { claimKey } from '../tickets/idempotency-keys';
import { recordChange } from './postgres-audit-log';
import { PEOPLE_BY_SUBJECT } from './statements/find-callers';

const FIRST_SEEN_FIRST: Ordering = {
  list: 'people',
  key: 'p.first_seen_at',
  type: 'timestamptz',
  nullable: false,
  tie: 'p.id',
  descending: false,
};

const BY_NAME: Ordering = {
  list: 'people/NAME',
  key: 'p.name_folded',
  type: 'text',
  nullable: false,
  tie: 'p.id',
  descending: false,
  keyOfTie: (tie) => `(SELECT n.name_folded FROM people n WHERE n.id = ${tie})`,
};

/** Stores what a token says, unless a newer one was seen. */
const LEARN = `
  INSERT INTO people AS p (id, subject, name, name_key, name_folded, email, role, client_ids,
                           first_seen_at, last_seen_at, token_issued_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
  ON CONFLICT (subject) DO UPDATE
    SET name = excluded.name, name_key = excluded.name_key, name_folded = excluded.name_folded, email = excluded.email, role = excluded.role,
        client_ids = excluded.client_ids, token_issued_at = excluded.token_issued_at,
        last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at)
    WHERE p.token_issued_at <= excluded.token_issued_at`;

/** The people, in the table `people`. */
export function createPeople(dataSource: DataSource): People {
  const pool = poolOf(dataSource);
  const { lookups } = lanesOf(pool);
  const repositoryOn = (on: Queryable) => entityManager(dataSource, on).getRepository(people);
  const byId = async (reading: Reading, id: string): Promise<KnownPerson | null> => {
    if (!isUuid(id)) return null;
    const row = await retryRead(() => repositoryOn(lookups.under(seeingAll(reading))).findOneBy({ id }));
    return row !== null && seesPerson(reading, row.client_ids) ? personOf(row) : null;
  };
  /** Whether there is an agent who may use the service, of some name or of any. */
  const hasAgent = async (reading: Reading, name: string | null): Promise<boolean> => {
    const to = new Parameters();
    const named = name === null ? [] : [`p.name_key = ${to.add(comparisonKey(name), 'uuid')}`];
    const where = every([whereOf(reading, ACTIVE_AGENTS, to), ...named]);
    const rows = await readRows(
      lookups.under(seeingAll(reading)),
      to.statement(`SELECT 1 FROM people p WHERE ${where} LIMIT 1`),
    );
    return rows.length > 0;
  };

  return {
    byId,
    bySubject: batched<KnownPerson>(lookups, async (subjects, on) => {
      const rows = await readRows<PersonRow>(on, { ...PEOPLE_BY_SUBJECT, values: [subjects] });
      return new Map(rows.map((row) => [row.subject, personOf(row)]));
    }),
    isAgentName: async (reading, name) => {
      if (await hasAgent(reading, name)) return true;
      return (await hasAgent(reading, null)) ? false : null;
    },
    learn: ({ subject, name, email, role, clientIds, tokenIssuedAt }, now) =>
      transact(pool, async (tx) => {
        const ids = clientIds === null ? null : [...clientIds];
        const key = comparisonKey(name);
        const times = [instantText(now), instantText(tokenIssuedAt)];
        const values = [newId(), subject, name, key, folded(name), email, role, ids, ...times];
        await sendStatement(tx, { text: LEARN, values });
        return personOf(await repositoryOn(tx).findOneByOrFail({ subject }));
      }),
    setActive: (id, isActive, by, use, now) =>
      transact(pool, async (tx) => {
        if (!isUuid(id) || !(await repositoryOn(tx).existsBy({ id }))) return null;
        const claim = use === null ? 'NEW' : await claimKey(tx, use, id, now);
        if (claim === 'REUSED') return 'KEY_REUSED';
        const { affected } =
          claim === 'NEW'
            ? await repositoryOn(tx).update({ id, is_active: !isActive }, { is_active: isActive })
            : { affected: 0 };
        const person = personOf(await repositoryOn(tx).findOneByOrFail({ id }));
        const kind = isActive ? 'AGENT_ACTIVATED' : 'AGENT_DEACTIVATED';
        if (affected === 1) await recordChange(tx, kind, { at: now, by, subject: person.name });
        return person;
      }),
    page: async (reading, filter, page) => {
      const to = new Parameters();
      const parts = { select: 'p.*', from: 'people p', where: whereOf(reading, filter, to) };
      const order = filter.namePrefix === null ? FIRST_SEEN_FIRST : BY_NAME;
      const statement = to.statement(pageStatement(parts, order, page, to));
      const rows = await readRows<PersonRow & Placed>(lookups.under(seeingAll(reading)), statement);
      return pageOf(rows, page, (row) => ({ node: personOf(row), cursor: cursorOf(order, row) }));
    },
    count: async (reading, filter) => {
      const to = new Parameters();
      const text = `SELECT count(*) AS count FROM people p WHERE ${whereOf(reading, filter, to)}`;
      const [row] = await readRows<{ count: string }>(lookups.under(seeingAll(reading)), to.statement(text));
      return Number(row?.count ?? 0);
    },
  };
}

const ACTIVE_AGENTS: PeopleFilter = { roles: ['AGENT', 'ADMIN'], isActive: true, namePrefix: null };

/** The condition of `seesPerson`, and of a filter. */
const whereOf = ({ sees }: Reading, { roles, isActive, namePrefix }: PeopleFilter, to: Parameters): string =>
  every([
    ...(sees === 'ALL' ? [] : [`(p.client_ids IS NULL OR p.client_ids && ${to.add(sees, 'uuid[]')})`]),
    ...(roles === null ? [] : [compare('p.role', 'text', { in: roles }, to)]),
    ...(isActive === null ? [] : [isActive ? 'p.is_active' : 'NOT p.is_active']),
    ...(namePrefix === null ? [] : [startsWith('p.name_folded', namePrefix, to)]),
  ]);

const personOf = (row: PersonRow): KnownPerson => ({
  id: row.id,
  subject: row.subject,
  name: row.name,
  email: row.email,
  role: row.role,
  clientIds: row.client_ids,
  isActive: row.is_active,
  firstSeenAt: row.first_seen_at,
  lastSeenAt: row.last_seen_at,
  tokenIssuedAt: row.token_issued_at,
});
