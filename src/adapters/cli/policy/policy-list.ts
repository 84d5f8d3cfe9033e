import { OWN_WORK } from '../../../application/ports/caller';
import type { Policies } from '../../../application/ports/policies';
import { toIso } from '../../../domain/instant';
import { writeJson } from '../json-output';
import { type LineOutput, writeLines } from '../line-output';

const PAGE_SIZE = 100;

/**
 * `stepdown policy list`: every published version, latest first, with its instant and publisher.
 *
 * @param database the name of the database
 * @param asJson whether to print one JSON document
 */
export async function listPolicies(
  policies: Policies,
  database: string,
  output: LineOutput,
  asJson = false,
): Promise<void> {
  const published: PublishedVersion[] = [];
  for await (const one of publishedVersions(policies)) {
    published.push(one);
    const { policy, version, publishedAt, publishedBy } = one;
    if (!asJson) writeLines(output, [`${policy}/${version}  ${publishedAt}  ${publishedBy ?? 'the configured file'}`]);
  }
  if (asJson) return writeJson(output, { policies: published });
  if (published.length > 0) return;
  writeLines(output, [
    `No policy has been published in ${database}. The service publishes its policy file when it starts;`,
    '`npm run stepdown -- policy publish FILE` publishes another one.',
  ]);
}

/** A published version, as JSON has it. */
interface PublishedVersion {
  readonly policy: string;
  readonly version: number;
  readonly publishedAt: string;
  /** Null if the service has published its configured file. */
  readonly publishedBy: string | null;
}

async function* publishedVersions(policies: Policies): AsyncGenerator<PublishedVersion> {
  let after: string | null = null;
  do {
    const page = await policies.publications(OWN_WORK, { count: PAGE_SIZE, from: 'START', after, before: null });
    for (const { node } of page.edges) {
      const { id: policy, version, publishedAt, publishedBy } = node;
      yield { policy, version, publishedAt: toIso(publishedAt), publishedBy: publishedBy?.name ?? null };
    }
    after = page.hasNextPage ? (page.edges.at(-1)?.cursor ?? null) : null;
  } while (after !== null);
}
