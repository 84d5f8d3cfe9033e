import { isOneOf } from '../../database/sql';
/**
 * The existing objects that submissions refer to, in one statement: clients ($1), tickets that are
 * followed up ($2), and external ids ($4, and their keys $5) of clients ($3)
 * that are taken.
 */
export const SUBMISSION_REFERENCES = {
  name: 'submission-references',
  text: `SELECT 'client' AS what, id::text AS a, '' AS b FROM clients WHERE ${isOneOf('id', '$1::uuid[]')}
         UNION ALL
         SELECT 'followed', id::text, client_id::text FROM tickets WHERE ${isOneOf('id', '$2::uuid[]')}
         UNION ALL
         SELECT 'taken', t.client_id::text, t.external_id
           FROM unnest($3::uuid[], $4::text[]) AS asked (client_id, external_id)
           JOIN tickets t ON t.external_id = asked.external_id AND t.client_id = asked.client_id
         UNION ALL
         SELECT 'taken', x.client_id::text, x.written
           FROM unnest($3::uuid[], $5::uuid[]) AS asked (client_id, folded)
           JOIN external_ids x ON x.folded = asked.folded AND x.client_id = asked.client_id`,
};

export interface ReferenceRow {
  readonly what: 'client' | 'followed' | 'taken';
  readonly a: string;
  readonly b: string;
}
