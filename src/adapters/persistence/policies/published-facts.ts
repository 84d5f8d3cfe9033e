import type { FactCodes } from '../../../application/ports/policies';
import { codesOf, FORMER_FACTS } from '../../../domain/policy/facts';
import { type Queryable, retryRead } from '../database/sql';

const CODES = `
  SELECT DISTINCT list, fact ->> 'code' AS code
    FROM policy_versions,
         jsonb_each(CASE WHEN jsonb_typeof(document -> 'facts') = 'object' THEN document -> 'facts' END) AS facts (list, entries),
         jsonb_array_elements(CASE WHEN jsonb_typeof(entries) = 'array' THEN entries END) AS fact
   ORDER BY list, code`;

/**
 * The codes of all published versions. Versions from before each policy had its own have the facts
 * that all had.
 */
export async function publishedFacts(on: Queryable): Promise<FactCodes> {
  const { rows } = await retryRead(() => on.query<{ list: string; code: string }>({ text: CODES }));
  const codes = (list: keyof FactCodes): readonly string[] => [
    ...new Set([...codesOf(FORMER_FACTS[list]), ...rows.filter((row) => row.list === list).map(({ code }) => code)]),
  ];
  return { audiences: codes('audiences'), consequences: codes('consequences') };
}
