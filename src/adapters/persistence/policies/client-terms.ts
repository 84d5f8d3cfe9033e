import type { EntityManager } from 'typeorm';
import { type ClientRow, clients } from '../tables';

export type TermsRow = Pick<ClientRow, 'id' | 'name' | 'policy' | 'calendars'>;

/**
 * The clients with terms of their own. The condition is the one of the index `clients_terms_idx`,
 * which holds only those clients; PostgreSQL recognizes it as text, so it has no parameters.
 */
export const clientsWithTerms = (manager: EntityManager): Promise<readonly TermsRow[]> =>
  manager
    .createQueryBuilder(clients, 'c')
    .select(['c.id', 'c.name', 'c.policy', 'c.calendars'])
    .where("c.policy IS NOT NULL OR c.calendars <> CAST('{}' AS jsonb)")
    .getMany();
