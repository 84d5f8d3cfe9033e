import { OWN_WORK } from '../../../application/ports/caller';
import type { Policies } from '../../../application/ports/policies';
import { toIso } from '../../../domain/instant';
import { type LineOutput, writeLines } from '../line-output';

const PAGE_SIZE = 100;

/**
 * `stepdown policy list`: every published version, latest first, with its instant and publisher.
 *
 * @param database the name of the database
 */
export async function listPolicies(policies: Policies, database: string, output: LineOutput): Promise<void> {
  let after: string | null = null;
  do {
    const page = await policies.publications(OWN_WORK, { count: PAGE_SIZE, from: 'START', after, before: null });
    if (page.edges.length === 0 && after === null) {
      return writeLines(output, [
        `No policy has been published in ${database}. The service publishes its policy file when it starts;`,
        '`npm run stepdown -- policy publish FILE` publishes another one.',
      ]);
    }
    for (const { node } of page.edges) {
      const { id, version, publishedAt, publishedBy } = node;
      const by = publishedBy === null ? 'the configured file' : publishedBy.name;
      writeLines(output, [`${id}/${version}  ${toIso(publishedAt)}  ${by}`]);
    }
    after = page.hasNextPage ? (page.edges.at(-1)?.cursor ?? null) : null;
  } while (after !== null);
}
