import type { FactCodes } from '../../../application/ports/policies';
import { codesOf, FORMER_FACTS } from '../../../domain/policy/facts';
import { type Queryable, retryRead } from '../database/sql';
import type { VisibleVersions } from './visible-versions';

const CODES = `
  SELECT DISTINCT list, fact ->> 'code' AS code
    FROM policy_versions,
         jsonb_each(CASE WHEN jsonb_typeof(document -> 'facts') = 'object' THEN document -> 'facts' END) AS facts (list, entries),
         jsonb_array_elements(CASE WHEN jsonb_typeof(entries) = 'array' THEN entries END) AS fact
   WHERE $1::text[] IS NULL OR id = ANY ($1) OR concat(id, '/', version) = ANY ($2::text[])
   ORDER BY list, code`;

/**
 * The codes of the visible versions. Versions from before each policy had its own have the facts
 * that all had.
 */
export async function publishedFacts(on: Queryable, visible: VisibleVersions): Promise<FactCodes> {
  const values = visible === 'ALL' ? [null, null] : [visible.policies, visible.versions];
  const { rows } = await retryRead(() => on.query<{ list: string; code: string }>({ text: CODES, values }));
  const codes = (list: keyof FactCodes): readonly string[] => [
    ...new Set([...codesOf(FORMER_FACTS[list]), ...rows.filter((row) => row.list === list).map(({ code }) => code)]),
  ];
  return { audiences: codes('audiences'), consequences: codes('consequences') };
}
